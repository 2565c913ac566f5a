/** What --work does after the last account is settled: it stays until the mail is out. */
import { canSendMore } from '../operations/mail/deliver-notices.ts';
import { formatInstant } from '../domain/calendar.ts';
import { type MailTrouble, troubleOfRefusal } from '../notices/mail-trouble.ts';
import { countNotices } from '../outbox/listing.ts';
import { findOutage } from '../outbox/refusals.ts';
import { type Cli, say } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { Progress } from './progress.ts';
import { counted } from './words.ts';

const LOOK_MS = 100;
/** How often is counted what is left: of millions that takes longer than a look. */
const COUNT_EVERY_MS = 1_000;

const unsent = ({ app }: Cli): Promise<number> =>
  countNotices(app.db, { states: ['pending', 'claimed', 'sending'] });

/**
 * Waits until nothing more can be sent. Notices that the mail server postpones, or cannot be given, stay in the outbox
 * for the next pass; so do those that are left at the deadline, which ends with 75, or that the server takes nobody's of.
 */
export async function sendWhatCanBeSent(cli: Cli, signal: AbortSignal, deadline = Infinity): Promise<void> {
  const { deliverDeps } = cli.app;
  if (!deliverDeps) return;
  if (await canSendMore(deliverDeps)) await sendAll(cli, deliverDeps, signal, deadline);
  const { trouble } = deliverDeps.outage;
  const left = trouble === undefined ? 0 : await unsent(cli);
  if (trouble !== undefined && left > 0)
    tellUntaken(
      cli,
      `${counted(left, 'notice waits', 'notices wait')}: the mail server takes no mail`,
      trouble,
    );
}

/** That no mail is taken, and what mends it: ends with 78 where only a person can, else with 75. */
export function tellUntaken(cli: Cli, what: string, { kind, words, mend }: MailTrouble): void {
  cli.exitCode = kind === 'configuration' ? EXIT.configuration : EXIT.tryAgain;
  say(cli, [`${what}: ${words}`, ...(mend === undefined ? [] : [`  ${mend}`])].join('\n'));
}

interface Untaken {
  readonly what: string;
  readonly trouble: MailTrouble;
}

/** Undefined while the mail server takes mail. */
export async function findUntaken({ app }: Cli): Promise<Untaken | undefined> {
  const outage = await findOutage(app.db);
  return (
    outage && {
      what: `the mail server takes no mail since ${formatInstant(outage.since)}`,
      trouble: troubleOfRefusal(outage.words),
    }
  );
}

/** What is to be sent again waits until the server takes mail. */
export async function tellWhereUntaken(cli: Cli): Promise<void> {
  const untaken = await findUntaken(cli);
  if (untaken) tellUntaken(cli, untaken.what, untaken.trouble);
}

async function sendAll(
  cli: Cli,
  deliverDeps: Parameters<typeof canSendMore>[0],
  signal: AbortSignal,
  deadline: number,
): Promise<void> {
  const { clock } = cli.app;
  const total = await unsent(cli);
  const progress = new Progress(cli.streams.err, 'notices sent', clock.elapsedMs());
  let countAt = 0;
  while (await canSendMore(deliverDeps)) {
    const isLate = clock.elapsedMs() >= deadline;
    if (isLate) cli.exitCode = EXIT.tryAgain;
    if (isLate || signal.aborted) {
      progress.stop();
      const why = isLate ? '--timeout passed' : 'interrupted';
      return say(cli, `${why} with ${counted(await unsent(cli), 'notice')} left: the next pass goes on`);
    }
    if (clock.elapsedMs() >= countAt) {
      const left = await unsent(cli);
      progress.show({ done: Math.max(0, total - left), total }, clock.elapsedMs());
      countAt = clock.elapsedMs() + COUNT_EVERY_MS;
    }
    await clock.sleep(LOOK_MS, signal);
  }
  progress.end({ done: total, total }, clock.elapsedMs());
}
