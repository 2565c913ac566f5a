/** How this installation is run, as far as its ticks say: advice names what there is, and nothing that was never used. */
import { type Queryable, shownNow } from '../../../db/query.ts';
import { countCommandTicks, findLastSlot, findLastTick } from '../../../ledger/ticks.ts';

/** `cron`: sweeps are called from outside, and no scheduler ticks. */
export type HowItRuns = 'cron' | 'scheduler' | 'nothing-yet';

const DAY_MS = 86_400_000;
/** Where a scheduler once was: so many sweeps a day are a cron job's, and not a person's. */
const CRON_A_DAY = 12;

export async function findHowItRuns(db: Queryable): Promise<HowItRuns> {
  const slotAt = await findLastSlot(db);
  if (slotAt === undefined) return (await findLastTick(db)) === undefined ? 'nothing-yet' : 'cron';
  const since = (await shownNow(db)) - DAY_MS;
  if (slotAt >= since) return 'scheduler';
  return (await countCommandTicks(db, since)) >= CRON_A_DAY ? 'cron' : 'scheduler';
}

const SWEEP = '"connects sweep --wait --work"';

/** What takes up work that nobody is at. A cron job that sweeps without --work has workers somewhere. */
export const workAdvice = (how: HowItRuns, worker = 'start "connects worker"'): string =>
  how === 'scheduler' ? worker : `${SWEEP}, as a cron job has it; or ${worker}, where workers are to run`;
