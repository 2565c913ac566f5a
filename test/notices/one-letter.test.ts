/** Letters of several catch-ups that wait for the same member are one, with a real mail server; and none is lost by it. */
import { databaseNow, execute, selectRows } from '../../src/db/query.ts';
import { findMessageIds } from '../../src/operations/mail/compose-notices.ts';
import { deliverNotices } from '../../src/operations/mail/deliver-notices.ts';
import { takeNotices } from '../../src/outbox/attempts.ts';
import { findNotices } from '../../src/outbox/listing.ts';
import { type Notice, claimNotices, returnExpiredLeases } from '../../src/outbox/outbox.ts';
import { importRows } from '../support/accounts.ts';
import { settleAsOf } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { deliver, lettersTo, said } from '../support/delivering.ts';
import { type PostOffice, openPostOffice } from '../support/post-office.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const TOLD = 'a later letter to the member tells of it, too';

let office: PostOffice;
let installation: Installation;

beforeAll(async () => {
  office = await openPostOffice();
  installation = await install({ env: { SMTP_URL: office.url, CONNECTS_NOTICE_MAX_AGE: 'none' } });
});
afterAll(async () => {
  await installation.remove();
  await office.stop();
});

/** Caught up at these dates, and not written to. */
async function caughtUp(id: string, ...dates: readonly string[]): Promise<void> {
  await importRows(installation.app, [{ id, plan: 'plus', anchorOn: '2021-01-11', openingBalance: 30 }]);
  for (const on of dates) await settleAsOf(installation.app, [id], `${on} 12:00`);
}

interface Row {
  readonly id: number;
  readonly ref: string;
  readonly state: string;
  readonly error: string | null;
  readonly first: string;
  readonly last: string;
}

const outboxOf = (account: string): Promise<Row[]> =>
  selectRows<Row>(
    installation.db,
    `SELECT id, ref, state, last_error AS error, first_cycle_on AS first, last_cycle_on AS last FROM outbox
      WHERE account_id = ? ORDER BY id`,
    [account],
  );

/** As a relay claims them; those of other accounts wait. */
async function claim(ids: readonly number[]): Promise<{ notices: readonly number[]; until: number }> {
  const until = (await databaseNow(installation.db)) + MINUTE;
  await execute(installation.db, "UPDATE outbox SET state = 'claimed', lease_until = ? WHERE id IN (?)", [
    new Date(until),
    ids,
  ]);
  return { notices: ids, until };
}

const deliverDeps = () => {
  const { deliverDeps: deps } = installation.app;
  if (!deps) throw new Error('there is a mail server');
  return deps;
};

it('two catch-ups that both wait are told by one letter, and it adds up', async () => {
  await caughtUp('two', '2021-03-12', '2021-05-12');
  expect((await outboxOf('two')).map((one) => one.ref)).toEqual([
    'cycles:2021-02-11..2021-03-11',
    'cycles:2021-04-11..2021-05-11',
  ]);
  await deliver(installation.app);
  expect(await outboxOf('two')).toMatchObject([
    { state: 'suppressed', error: TOLD, first: '2021-02-11', last: '2021-03-11' },
    { state: 'sent', error: null, first: '2021-02-11', last: '2021-05-11' },
  ]);
  const letters = lettersTo(office, 'two');
  expect(letters.map((one) => one.subject)).toEqual(['4 late billing cycles: you have 280 Connects']);
  const text = said(letters[0]);
  for (const on of ['11 Feb 2021', '11 Mar 2021', '11 Apr 2021', '11 May 2021']) expect(text).toContain(on);
  expect(text).not.toContain('A later billing cycle');
  const { stdout } = await runHere(['account', 'explain', 'two', '--about', '2021-02-11', '--json'], {
    app: installation.app,
  });
  const { answers } = JSON.parse(stdout) as { answers: readonly object[] };
  expect(answers[0]).toMatchObject({ evidence: { notice: { told: 'staged', state: 'sent' } } });
});

it('audit finds every cycle told', async () => {
  const { stdout } = await runHere(['audit', '--json'], { app: installation.app });
  expect(stdout).not.toContain('notice-missing');
});

describe('a letter that dies with its sender', () => {
  /** Taken, and its lease has run out. @returns which was taken */
  async function takenAndLost(id: string): Promise<number> {
    await caughtUp(id, '2021-03-12', '2021-04-12');
    const [first, second] = (await outboxOf(id)).map((one) => one.id) as [number, number];
    await claim([first, second]);
    const until = (await databaseNow(installation.db)) + MINUTE;
    const taken = await takeNotices(installation.db, { ids: [first, second], until });
    expect(taken).toMatchObject([{ id: second, firstCycleOn: '2021-02-11', attempts: 1 }]);
    await execute(installation.db, 'UPDATE outbox SET lease_until = staged_at WHERE id = ?', [second]);
    await returnExpiredLeases(installation.db, await databaseNow(installation.db));
    return second;
  }

  it('is sent again under the Message-ID that it had, and says the same', async () => {
    const second = await takenAndLost('lost');
    const about = await findNotices(installation.db, [second]);
    const messageIdOf = await findMessageIds(deliverDeps(), about);
    await deliver(installation.app);
    expect(lettersTo(office, 'lost')).toMatchObject([
      {
        subject: '240 Connects added, you have 270',
        messageId: messageIdOf({ ...(about[0] as Notice), firstCycleOn: '2021-04-11' }),
      },
    ]);
  });

  it('is told by the next one, where that comes before it is sent again', async () => {
    await takenAndLost('overtaken');
    await settleAsOf(installation.app, ['overtaken'], '2021-05-12 12:00');
    await deliver(installation.app);
    expect(lettersTo(office, 'overtaken').map((one) => one.subject)).toEqual([
      '4 late billing cycles: you have 280 Connects',
    ]);
    expect((await outboxOf('overtaken')).map(({ state, first }) => `${state} ${first}`)).toEqual([
      'suppressed 2021-02-11',
      'suppressed 2021-02-11',
      'sent 2021-02-11',
    ]);
  });
});

it('one that was tried already takes up nothing: a mail program may know its Message-ID', async () => {
  await caughtUp('tried', '2021-03-12', '2021-04-12');
  const [first, second] = (await outboxOf('tried')).map((one) => one.id) as [number, number];
  await execute(installation.db, 'UPDATE outbox SET attempts = 1 WHERE id = ?', [second]);
  await deliver(installation.app);
  expect((await outboxOf('tried')).map((one) => one.state)).toEqual(['sent', 'sent']);
  expect(lettersTo(office, 'tried')).toHaveLength(2);
  expect(new Set(lettersTo(office, 'tried').map((one) => one.messageId)).size).toBe(2);
  expect(first).toBeLessThan(second);
});

it('nor does one that came out before somebody had it sent again, where only its mark is missing', async () => {
  const { app, db } = installation;
  const notices = (...args: string[]): Promise<unknown> =>
    runHere(['notices', ...args, '--account', 'again', '--reason', 'a test', '--yes'], { app });
  await caughtUp('again', '2021-03-12');
  expect(await notices('suppress')).toMatchObject({ code: 0 });
  await settleAsOf(app, ['again'], '2021-04-12 12:00');
  const [, second] = (await outboxOf('again')).map((one) => one.id) as [number, number];
  // The server has taken the letter, and its sender died before he could say so.
  const dying = { ...deliverDeps(), markSent: () => Promise.reject(new Error('it died')) };
  await deliverNotices(dying, await claim([second])).catch(() => undefined);
  expect(lettersTo(office, 'again').map(said)).toEqual([expect.not.stringContaining('11 February')]);
  await execute(db, 'UPDATE outbox SET lease_until = staged_at WHERE id = ?', [second]);
  await returnExpiredLeases(db, await databaseNow(db));
  expect(await notices('retry')).toMatchObject({ code: 0 });
  expect(await selectRows(db, "SELECT attempts FROM outbox WHERE account_id = 'again'")).toEqual([
    { attempts: 0 },
    { attempts: 0 },
  ]);
  await deliver(app);
  expect((await outboxOf('again')).map((one) => one.state)).toEqual(['sent', 'sent']);
  // A mail program that shows the second letter no second time has shown all the same what both tell.
  const ids = lettersTo(office, 'again').map((one) => one.messageId);
  expect([ids.length, new Set(ids).size]).toEqual([3, 2]);
});

it('they need not come with the same page: the later one goes out with the earlier, and is not taken again', async () => {
  await caughtUp('apart', '2021-03-12', '2021-04-12');
  const [first, second] = (await outboxOf('apart')).map((one) => one.id) as [number, number];
  const [pageOfFirst, pageOfSecond] = [await claim([first]), await claim([second])];
  expect([...(await deliverNotices(deliverDeps(), pageOfFirst))]).toEqual([[second, 'sent']]);
  expect([...(await deliverNotices(deliverDeps(), pageOfSecond))]).toEqual([]);
  expect(lettersTo(office, 'apart').map((one) => one.subject)).toEqual(['240 Connects added, you have 270']);
});

it('what was sent meanwhile is not told again, and what somebody else is sending is left to him', async () => {
  await caughtUp('between', '2021-02-12', '2021-03-12', '2021-04-12');
  const [first, second, third] = (await outboxOf('between')).map((one) => one.id) as [number, number, number];
  await execute(installation.db, "UPDATE outbox SET state = 'sending', lease_until = ? WHERE id = ?", [
    new Date((await databaseNow(installation.db)) + DAY),
    second,
  ]);
  const page = await claim([first, third]);
  const outcomes = await deliverNotices(deliverDeps(), page);
  expect([...outcomes.keys()].toSorted((a, b) => a - b)).toEqual([first, third]);
  expect((await outboxOf('between')).map((one) => one.state)).toEqual(['sent', 'sending', 'sent']);
  await execute(installation.db, "UPDATE outbox SET state = 'sent' WHERE id = ?", [second]);
});

it('one email per cycle, where a run was asked for that, stays one per cycle', async () => {
  await caughtUp('each', '2021-03-12', '2021-04-12');
  await execute(
    installation.db,
    `UPDATE runs SET notify = 'each' WHERE id IN (SELECT run_id FROM outbox WHERE account_id = 'each')`,
  );
  await deliver(installation.app);
  expect((await outboxOf('each')).map((one) => one.state)).toEqual(['sent', 'sent']);
});

it('takers side by side lose none and tell none twice', async () => {
  const ids = Array.from({ length: 12 }, (_, n) => `side-${n}`);
  for (const id of ids) await caughtUp(id, '2021-03-12', '2021-04-12');
  const now = await databaseNow(installation.db);
  const claimed = await claimNotices(installation.db, { now, until: now + MINUTE, limit: 100 });
  const page = { until: now + MINUTE };
  await Promise.all(
    [0, 1, 2, 3].map((part) =>
      deliverNotices(deliverDeps(), { ...page, notices: claimed.filter((id) => id % 4 === part) }),
    ),
  );
  // Whoever met a row that somebody else had locked left it to its lease.
  await returnExpiredLeases(installation.db, now + DAY);
  await deliver(installation.app);
  for (const id of ids) {
    const text = lettersTo(office, id).map(said).join(' ');
    for (const on of ['11 Feb', '11 Mar', '11 Apr'])
      expect(text.replaceAll(/(February|March|April)/g, (month) => month.slice(0, 3))).toContain(on);
    const told = await outboxOf(id);
    expect(told.map((one) => one.state).filter((state) => state === 'sent')).toHaveLength(
      lettersTo(office, id).length,
    );
    expect(told.filter((one) => one.state !== 'sent' && one.error !== TOLD)).toEqual([]);
  }
});
