/** What a settled boundary is told with besides its own record: emails, what came too late for it, what was bought. */
import type { Instant, LocalDate } from '../../domain/calendar.ts';
import { type AmendmentRow, listAmendments } from '../../ledger/amendments.ts';
import {
  type CycleNotice,
  type LedgerLine,
  type RecordedCycle,
  listCycleNotices,
} from '../account-records.ts';
import { type By, findCorrectingRuns } from '../corrections.ts';
import { type ReceivedEvent, findFirstPurchase } from '../late-records.ts';
import type { Inquiry } from './answer.ts';
import { isTooLateForCycle, lateEventsOf } from './too-late.ts';

export interface AroundCycle {
  /** Posted under its date. */
  readonly entries: readonly LedgerLine[];
  readonly notice: CycleNotice | undefined;
  /** What had happened before it began, reached us after, and would have counted for it. */
  readonly tooLate: readonly ReceivedEvent[];
  /** What became of it last: granted after all, or taken back. */
  readonly amended: AmendmentRow | undefined;
  /** By which operator's run it was settled, if it was one. */
  readonly by: By | undefined;
  /** Whether Connects had been bought before it, where some expired. */
  readonly hasBought: boolean;
}

/** Reads what lies around some cycles of an account, together. */
export async function readAround(
  inquiry: Inquiry,
  cycles: readonly RecordedCycle[],
  entries: readonly LedgerLine[],
): Promise<(cycle: RecordedCycle) => AroundCycle> {
  const { db, account } = inquiry;
  const first = cycles.map((one) => one.cycleOn).toSorted()[0] ?? account.cycleOn;
  const notices = await listCycleNotices(db, account.id, first);
  const late = await lateEventsOf(inquiry);
  const boughtAt = cycles.some((one) => one.expired > 0)
    ? await findFirstPurchase(db, account.id)
    : undefined;
  const runs = await findCorrectingRuns(
    db,
    cycles.map((one) => one.runId),
  );
  const amendments = await listAmendments(db, [account.id]);
  return (cycle) => ({
    amended: amendments.findLast((one) => one.cycleOn === cycle.cycleOn),
    by: runs.get(cycle.runId ?? 0),
    entries: entries.filter((one) => one.cycleOn === cycle.cycleOn),
    notice: noticeOf(notices, cycle.cycleOn),
    tooLate: late.filter((one) => isTooLateForCycle(one, cycle)),
    hasBought: cycle.expired > 0 && isBefore(boughtAt, cycle.startsAt),
  });
}

const noticeOf = (notices: readonly CycleNotice[], on: LocalDate): CycleNotice | undefined =>
  notices.findLast((one) => one.firstCycleOn <= on && one.lastCycleOn >= on);

const isBefore = (at: Instant | undefined, other: Instant): boolean => at !== undefined && at <= other;

/** Whether Connects have been bought so far. */
export const hasBought = async ({ db, account, asOf }: Inquiry): Promise<boolean> =>
  isBefore(await findFirstPurchase(db, account.id), asOf);
