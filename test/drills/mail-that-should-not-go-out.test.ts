/** Drill: mail that should not go out, held while it is going out; by the runbook's commands, as they stand there. */
import type { Process } from '../../jobs/process.ts';
import { startWorker } from '../../jobs/start-worker.ts';
import { findMessageIds } from '../../src/operations/mail/compose-notices.ts';
import { findHold } from '../../src/outbox/hold.ts';
import { listNotices } from '../../src/outbox/listing.ts';
import { importRows } from '../support/accounts.ts';
import type { Ended } from '../support/cli.ts';
import { Drill } from '../support/drill.ts';
import { daysAgo } from '../support/drilling.ts';
import { type Installation, install } from '../support/installation.ts';
import { type PostOffice, openPostOffice } from '../support/post-office.ts';
import { stageNotices } from '../support/staged-notices.ts';
import { countOf } from '../support/state.ts';
import { until } from '../support/sweeping.ts';

/** More than leave in the second that a sender may take to see the hold, at the rate below. */
const WRONG = 150;

describe('mail that should not go out', () => {
  let office: PostOffice;
  let installation: Installation;
  let worker: Process | undefined;
  let arrived = 0;
  let openGate: () => void;
  const gate = new Promise<void>((resolve) => (openGate = resolve));
  beforeAll(async () => {
    // The first letters are taken at once; the next are in its hands until the gate opens.
    office = await openPostOffice({ beforeAnswer: () => ((arrived += 1) > 20 ? gate : undefined) });
    const env = { SMTP_URL: office.url, CONNECTS_MAIL_CONNECTIONS: '2', CONNECTS_MAIL_RATE: '50' };
    installation = await install({ env });
  });
  afterAll(async () => {
    openGate();
    await worker?.stop();
    await installation.remove();
    await office.stop();
  });

  const count = (where: string): Promise<number> =>
    countOf(installation.db, `SELECT COUNT(*) FROM outbox WHERE ${where}`);
  const goneTo = (account: string): number =>
    office.letters.filter((one) => one.to[0] === `${account}@example.test`).length;

  it('is held at once, ended by run and kind, and the rest goes out', async () => {
    const { app, db } = installation;
    const run = await stageNotices(installation, WRONG);
    const wrong = await messageIdsOf(run);
    const drill = new Drill('mail that should not go out', app);
    worker = startWorker(app);
    await until('they are going out', () => arrived > 20);
    const holding = drill.follow(1);
    await until('it is held', async () => (await findHold(db)) !== undefined);
    openGate();
    const [held] = await holding;
    const gone = office.letters.length;
    expect(gone).toBeLessThan(WRONG);
    expect(held?.stdout).toMatch(
      /^all mail is held: \d+ notices were on the way; \d+ left all the same, \d+ wait$/m,
    );
    const [sending] = await drill.follow(1);
    expect(sending?.stderr).toContain('there are no such notices');

    // Somebody else is to be told of something else, meanwhile.
    await importRows(app, [{ id: 'right', anchorOn: daysAgo(40), trackedFrom: `${daysAgo(35)}T00:00:00Z` }]);
    await until('all was given back', async () => (await count("state = 'pending'")) === WRONG - gone);
    const [waiting, left, shown] = await drill.follow(4, { $RUN: run, $NOTICE: await firstNotice() });
    expect(rowsOf(waiting)).toBe(20);
    expect(rowsOf(left)).toBe(gone);
    expect(shown?.stdout).toContain('Subject: 40 Connects added, you have 40');

    const [dry, suppressed, none] = await drill.follow(3, { $RUN: run });
    expect(dry?.stdout).toContain(`${WRONG - gone} notices will not be sent (dry run`);
    expect(suppressed?.stdout).toContain(`${WRONG - gone} notices will not be sent`);
    expect(none?.stderr).toContain('there are no such notices');

    await drill.follow(2, { $RUN: run });
    const [ended, doctor] = await drill.follow(2, { $RUN: run });
    expect(rowsOf(ended)).toBe(WRONG - gone);
    expect(ended?.stdout).toContain('wrong numbers');
    expect(doctor?.stdout).toContain('mail: no notice waits');
    expect(drill.left).toBe(0);
    expect(goneTo('right')).toBe(1);
    // The sweep told the others of their next cycles, too; but of the wrong ones nobody heard any more.
    expect(office.letters.filter((one) => wrong.includes(one.messageId ?? ''))).toHaveLength(gone);
  });

  async function messageIdsOf(run: number): Promise<string[]> {
    const { db, config: settings } = installation.app;
    const notices = await listNotices(db, { runId: run }, { limit: WRONG });
    return notices.map(await findMessageIds({ db, settings }, notices));
  }
  /** Lines of a table, without its head. */
  const rowsOf = (ended?: Ended): number => (ended?.stdout.trimEnd().split('\n').length ?? 0) - 2;
  const firstNotice = (): Promise<number> => countOf(installation.db, 'SELECT MIN(id) FROM outbox');
});
