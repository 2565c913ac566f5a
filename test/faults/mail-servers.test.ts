/** Mail servers that refuse, put off, go away, or lose their sender: nobody is told twice without need, nobody forgotten. */
import { startWorker } from '../../jobs/start-worker.ts';
import { databaseNow, execute, selectRows } from '../../src/db/query.ts';
import { canSendMore } from '../../src/operations/mail/deliver-notices.ts';
import {
  type Taken,
  giveBackClaimed,
  giveBackTaken,
  markSent,
  markUnsent,
  postponeNotice,
  takeNotices,
} from '../../src/outbox/attempts.ts';
import { claimNotices, returnExpiredLeases } from '../../src/outbox/outbox.ts';
import { noticeContract } from '../../src/queue/contracts.ts';
import { createLog } from '../../src/log.ts';
import { importRows, numbered } from '../support/accounts.ts';
import type { Ended } from '../support/cli.ts';
import { fact, record } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { expectSoonAfter } from '../support/liveness.ts';
import { type PostOffice, type Reply, openPostOffice } from '../support/post-office.ts';
import { stageNotices } from '../support/staged-notices.ts';
import { letLocksRunOut } from '../support/stalled-jobs.ts';
import { UNTRIED, countOf } from '../support/state.ts';
import { allSent, sweepAndSend, until } from '../support/sweeping.ts';
import { killVictim, loadVictim } from './victims.ts';

const MINUTE = 60_000;

interface OutboxRow {
  readonly id: number;
  readonly account: string;
  readonly state: string;
  readonly attempts: number;
  readonly error: string | null;
}

interface LogLine {
  readonly code?: string;
  readonly account?: string;
  readonly outcome?: string;
}

const containing = (text: string): string => expect.stringContaining(text) as string;

async function eachOf(taken: readonly Taken[], work: (one: Taken) => Promise<void>): Promise<void> {
  for (const one of taken) await work(one);
}

describe('notices', () => {
  let office: PostOffice;
  let installation: Installation;
  let ofRecipients: Map<string, Reply>;
  let ofMessages: Map<string, Reply>;
  let lines: LogLine[];

  beforeEach(async () => {
    ofRecipients = new Map();
    ofMessages = new Map();
    office = await openPostOffice({
      refuseRecipient: (address) => ofRecipients.get(address),
      refuseMessage: (letter) => ofMessages.get(letter.to.join()),
    });
    lines = [];
    const log = createLog('warn', { write: (line) => void lines.push(JSON.parse(line) as LogLine) });
    installation = await install({ env: { SMTP_URL: office.url, CONNECTS_MAIL_ATTEMPTS: '3' }, log });
  });
  afterEach(async () => {
    await installation.remove();
    await office.stop();
  });

  const now = (): Promise<number> => databaseNow(installation.db);

  /** Notices of this many accounts, staged and not yet claimed: their ids. */
  async function stage(count: number): Promise<readonly number[]> {
    await stageNotices(installation, count);
    return (await outbox()).map((row) => row.id);
  }

  const outbox = (): Promise<OutboxRow[]> =>
    selectRows<OutboxRow>(
      installation.db,
      'SELECT id, account_id AS account, state, attempts, last_error AS error FROM outbox ORDER BY id',
    );

  /** The wait of whatever was put off is over: a worker sends all that can be sent now. */
  async function deliver(): Promise<OutboxRow[]> {
    await execute(installation.db, "UPDATE outbox SET next_attempt_at = staged_at WHERE state = 'pending'");
    const worker = startWorker(installation.app);
    try {
      await allSent(installation.app);
    } finally {
      await worker.stop();
    }
    return outbox();
  }

  const claim = async (limit = 100): Promise<number[]> =>
    claimNotices(installation.db, { now: await now(), until: (await now()) + MINUTE, limit });

  it('are claimed by one of several relays each, the oldest first', async () => {
    const ids = await stage(40);
    expect(await claim(10)).toEqual(ids.slice(0, 10));
    const shares = await Promise.all([claim(15), claim(15), claim(15)]);
    expect(shares.flat().toSorted((a, b) => a - b)).toEqual(ids.slice(10));
    expect(await claim()).toEqual([]);
  });

  it('are offered again when the lease of their claim runs out, and not before', async () => {
    const ids = await stage(2);
    const at = await now();
    await claimNotices(installation.db, { now: at, until: at + MINUTE, limit: 10 });
    expect(await returnExpiredLeases(installation.db, at + MINUTE - 1)).toBe(0);
    expect(await returnExpiredLeases(installation.db, at + MINUTE)).toBe(2);
    const again = { now: at + MINUTE, until: at + 2 * MINUTE, limit: 10 };
    expect(await claimNotices(installation.db, again)).toEqual(ids);
  });

  it('are sent once by two workers, each under a Message-ID of its own', async () => {
    await stage(60);
    const workers = [startWorker(installation.app), startWorker(installation.app)];
    await allSent(installation.app);
    await Promise.all(workers.map((worker) => worker.stop()));
    expect((await outbox()).every((row) => row.state === 'sent' && row.attempts === 1)).toBe(true);
    expect(office.letters).toHaveLength(60);
    expect(new Set(office.letters.map((one) => one.messageId)).size).toBe(60);
  });

  it('that are refused for good (5xx) are not tried again, and hold up no other', async () => {
    await stage(4);
    ofRecipients.set('a-000@example.test', { code: 550, words: 'no such mailbox' });
    ofMessages.set('a-002@example.test', { code: 554, words: 'looks like spam' });
    const settled = [
      { account: 'a-000', state: 'refused', attempts: 1, error: containing('no such mailbox') },
      { account: 'a-001', state: 'sent', attempts: 1, error: null },
      { account: 'a-002', state: 'refused', attempts: 1, error: containing('looks like spam') },
      { account: 'a-003', state: 'sent', attempts: 1, error: null },
    ];
    expect(await deliver()).toMatchObject(settled);
    expect(await deliver()).toMatchObject(settled);
    expect(office.letters).toHaveLength(2);
  });

  it.each([
    ['recipients', () => ofRecipients],
    ['messages', () => ofMessages],
  ])(
    'that are put off (4xx) by their %s wait, longer each time, and are sent in the end',
    async (_by, rules) => {
      const [id = 0] = await stage(2);
      rules().set('a-000@example.test', { code: 451, words: 'come back later' });
      const waits: number[] = [];
      for (const attempts of [1, 2]) {
        const [row, other] = await deliver();
        expect(row).toMatchObject({ state: 'pending', attempts, error: containing('come back later') });
        expect(other).toMatchObject({ state: 'sent' });
        waits.push((await nextAttemptAt(id)) - (await now()));
      }
      const [first = 0, second = 0] = waits;
      expect(first).toBeGreaterThan(10_000);
      expect(second).toBeGreaterThan(first * 1.5);
      expect(await claim()).toEqual([]);
      rules().clear();
      expect(await deliver()).toMatchObject([{ state: 'sent', attempts: 3, error: null }, { state: 'sent' }]);
      expect(office.letters).toHaveLength(2);
    },
  );

  it('that are put off again and again are given up after the last attempt', async () => {
    await stage(1);
    ofRecipients.set('a-000@example.test', { code: 450, words: 'greylisted' });
    expect(await deliver()).toMatchObject([{ state: 'pending', attempts: 1 }]);
    expect(await deliver()).toMatchObject([{ state: 'pending', attempts: 2 }]);
    const [given] = await deliver();
    expect(given).toMatchObject({ state: 'refused', attempts: 3, error: containing('greylisted') });
  });

  it('that cannot be composed hold up no other, are given up like those put off, and say why', async () => {
    await stage(2);
    await record(
      installation.app,
      [
        fact('prop', 'a-001', '2021-05-01 10:00', 'proposal.submitted', { proposal: 'p1', connects: 4 }),
        fact('req', 'a-001', '2021-05-01 11:00', 'interview.requested', { interview: 'i1', proposal: 'p1' }),
        fact('rep', 'a-001', '2021-05-01 12:00', 'interview.replied', { interview: 'i1' }),
      ],
      'digest',
    );
    // Its email says when, in the account's zone.
    await execute(installation.db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = 'a-001'");
    const said = containing('it cannot be composed: ');
    for (const attempts of [1, 2])
      expect(await deliver()).toMatchObject([
        { account: 'a-000', state: 'sent' },
        { account: 'a-001', state: 'sent' },
        { account: 'a-001', state: 'pending', attempts, error: said },
      ]);
    const [, , given] = await deliver();
    expect(given).toMatchObject({ state: 'refused', attempts: 3, error: containing('given up after 3') });
    expect(given?.error).toContain('Mars/Olympus');
    expect(lines.map(({ code, account, outcome }) => ({ code, account, outcome }))).toEqual([
      { code: 'letter-not-composed', account: 'a-001' },
      { account: 'a-001', outcome: 'refused' },
    ]);
    expect(office.letters).toHaveLength(2);
  });

  it('whose sender lost them are reached by suppress as soon as their lease has run out', async () => {
    const ids = await stage(2);
    const taken = await claim();
    await takeNotices(installation.db, { ids: taken, until: (await now()) + MINUTE });
    const suppressing = (): Promise<Ended> =>
      runHere(['notices', 'suppress', '--all', '--reason', 'wrong'], { app: installation.app });
    expect((await suppressing()).stdout).toMatch(/^0 notices/);
    await execute(installation.db, 'UPDATE outbox SET lease_until = staged_at WHERE id = ?', [ids[0] ?? 0]);
    expect((await suppressing()).stdout).toMatch(/^1 notice /);
    expect(await outbox()).toMatchObject([{ state: 'suppressed', error: 'wrong' }, { state: 'sending' }]);
  });

  describe('whose sender was frozen for longer than its lease', () => {
    /** Taken by a sender that froze, given back when its lease ran out, and taken by another one. */
    async function takenTwice(): Promise<{ frozen: Taken[]; other: Taken[]; claimed: number[] }> {
      const { db } = installation;
      await stage(3);
      const at = await now();
      const claimed = await claim();
      const frozen = await takeNotices(db, { ids: claimed, until: at + MINUTE });
      await returnExpiredLeases(db, at + MINUTE);
      await claimNotices(db, { now: at + MINUTE, until: at + 2 * MINUTE, limit: 100 });
      const other = await takeNotices(db, { ids: claimed, until: at + 3 * MINUTE });
      expect(other).toHaveLength(3);
      return { frozen, other, claimed };
    }
    const back = { retryAt: 0, words: 'late' };

    it.each([
      ['gives them back', (taken: Taken[]) => giveBackTaken(installation.db, taken, back)],
      ['marks them', (taken: Taken[]) => markSent(installation.db, taken)],
      [
        'puts them off',
        (taken: Taken[]) => eachOf(taken, (one) => postponeNotice(installation.db, one, back)),
      ],
      [
        'ends them',
        (taken: Taken[]) =>
          eachOf(taken, (one) => markUnsent(installation.db, one, { state: 'refused', words: 'late' })),
      ],
    ])('stay with the one who has them now, whatever the frozen one does: %s', async (_what, late) => {
      const { frozen, other } = await takenTwice();
      await late(frozen);
      expect(await outbox()).toMatchObject(other.map(({ id }) => ({ id, state: 'sending', attempts: 2 })));
      await late(other);
      expect((await outbox()).map((row) => row.state)).not.toContain('sending');
    });

    it('stay with him too where an operator has set their attempts back meanwhile', async () => {
      const { db } = installation;
      await stage(1);
      const at = await now();
      const ids = await claim();
      const frozen = await takeNotices(db, { ids, until: at + MINUTE });
      await returnExpiredLeases(db, at + MINUTE);
      await runHere(['notices', 'retry', '--all'], { app: installation.app });
      await claimNotices(db, { now: at + 2 * MINUTE, until: at + 3 * MINUTE, limit: 1 });
      await takeNotices(db, { ids, until: at + 4 * MINUTE });
      await giveBackTaken(db, frozen, back);
      expect(await outbox()).toMatchObject([{ state: 'sending', attempts: 1 }]);
    });

    it('are not sent again where the frozen one got them through and nobody has taken them yet', async () => {
      const { db } = installation;
      await stage(2);
      const at = await now();
      const taken = await takeNotices(db, { ids: await claim(), until: at + MINUTE });
      await returnExpiredLeases(db, at + MINUTE);
      await markSent(db, taken);
      expect((await outbox()).map((row) => row.state)).toEqual(['sent', 'sent']);
    });

    it('are not given back by a relay whose claim another has taken over', async () => {
      const { db } = installation;
      const ids = await stage(2);
      const at = await now();
      await claimNotices(db, { now: at, until: at + MINUTE, limit: 2 });
      await returnExpiredLeases(db, at + MINUTE);
      await claimNotices(db, { now: at + MINUTE, until: at + 2 * MINUTE, limit: 2 });
      await giveBackClaimed(db, { ids, until: at + MINUTE }, at);
      expect((await outbox()).map((row) => row.state)).toEqual(['claimed', 'claimed']);
      await giveBackClaimed(db, { ids, until: at + 2 * MINUTE }, at);
      expect((await outbox()).map((row) => row.state)).toEqual(['pending', 'pending']);
    });
  });

  it('that somebody gave back a moment ago keep the others from ending; those that were put off do not', async () => {
    const { app, db } = installation;
    const more = () => canSendMore(app.deliverDeps as NonNullable<typeof app.deliverDeps>);
    await stage(1);
    const at = await now();
    const take = async () => takeNotices(db, { ids: await claim(), until: at + MINUTE });
    await giveBackTaken(db, await take(), { retryAt: (await now()) + 900, words: null });
    expect(await more()).toBe(true);
    await until('it can be claimed again', async () => (await now()) > at + 2_000);
    const [again] = await take();
    await postponeNotice(db, again as Taken, { retryAt: (await now()) + 15_000, words: 'full' });
    expect(await more()).toBe(false);
  });

  it('without an address are not sent, and say why', async () => {
    await stage(1);
    await execute(installation.db, 'UPDATE contacts SET email = NULL');
    const [row] = await deliver();
    expect(['refused', 'suppressed']).toContain(row?.state);
    expect(row?.error).toMatch(/no email address/);
    expect(office.letters).toEqual([]);
  });

  it('whose sender dies between the answer of the mail server and the mark are sent again, recognisably', async () => {
    await stage(1);
    const signal = await killVictim(loadVictim('delivering-victim.ts'), { env: installation.env });
    expect(signal).toBe('SIGKILL');
    expect(await outbox()).toMatchObject([{ state: 'sending', attempts: 1 }]);
    expect(office.letters).toHaveLength(1);
    expect(await letLocksRunOut(installation, noticeContract.queue)).toBe(1);
    // Until its lease runs out it might still be sent by whoever took it.
    expect(await returnExpiredLeases(installation.db, await now())).toBe(0);
    await execute(installation.db, 'UPDATE outbox SET lease_until = staged_at');
    expect(await deliver()).toMatchObject([{ state: 'sent', attempts: 2 }]);
    const [first, second, ...others] = office.letters.map((one) => one.messageId);
    expect(first).toMatch(/^<[^<>@\s]+@localhost>$/);
    expect(second).toBe(first);
    expect(others).toEqual([]);
  });

  async function nextAttemptAt(id: number): Promise<number> {
    const sql = 'SELECT next_attempt_at AS at FROM outbox WHERE id = ?';
    const [row] = await selectRows<{ at: Date }>(installation.db, sql, [id]);
    return row?.at.getTime() ?? 0;
  }
});

describe('a mail server that is away', () => {
  let installation: Installation;
  let office: PostOffice;
  beforeAll(async () => {
    office = await openPostOffice();
    await office.stop();
    installation = await install({ env: { SMTP_URL: office.url } });
    await importRows(installation.app, numbered('a', 50));
  });
  afterAll(() => installation.remove());

  it('does not stop settling; its notices wait, and no attempt is counted', async () => {
    const swept = await sweepAndSend(installation.app);
    expect(swept).toMatchObject({ outcome: 'done', remaining: 0 });
    const { db } = installation;
    expect(await countOf(db, 'SELECT COUNT(*) FROM accounts WHERE balance = 40')).toBe(50);
    expect(await countOf(db, `SELECT COUNT(*) FROM outbox WHERE ${UNTRIED}`)).toBe(50);
    expect(await countOf(db, "SELECT COUNT(*) FROM runs WHERE state = 'completed'")).toBe(1);
  });

  it('gets them all soon, each once, from a worker that has met it away, when it is back', async () => {
    const worker = startWorker(installation.app);
    const { deliverDeps } = installation.app;
    await until('it is found away', () => deliverDeps?.outage.isOn === true);
    const back = await openPostOffice({}, Number(new URL(office.url).port));
    const backAt = performance.now();
    try {
      const left = "SELECT COUNT(*) FROM outbox WHERE state <> 'sent'";
      await until('all are sent', async () => (await countOf(installation.db, left)) === 0);
      expectSoonAfter(backAt);
      expect(new Set(back.letters.map((one) => one.messageId)).size).toBe(50);
      expect(back.letters).toHaveLength(50);
    } finally {
      await worker.stop();
      await back.stop();
    }
  });
});

describe('a mail server that takes no mail from us', () => {
  let installation: Installation;
  let office: PostOffice;
  let reply: Reply | undefined;
  let at: 'sender' | 'recipient';
  let codes: (string | undefined)[];
  beforeEach(async () => {
    codes = [];
    const log = createLog('info', { write: (line) => void codes.push((JSON.parse(line) as LogLine).code) });
    office = await openPostOffice({
      refuseSender: () => (at === 'sender' ? reply : undefined),
      refuseRecipient: () => (at === 'recipient' ? reply : undefined),
    });
    const env = { SMTP_URL: office.url, CONNECTS_MAIL_CONNECTIONS: '2' };
    installation = await install({ env, log });
    await stageNotices(installation, 60);
  });
  afterEach(async () => {
    await installation.remove();
    await office.stop();
  });

  const count = (where: string): Promise<number> =>
    countOf(installation.db, `SELECT COUNT(*) FROM outbox WHERE ${where}`);

  it.each([
    ['turns our sender away', 'sender', { code: 550, words: 'sender rejected' }, 0],
    ['wants us to sign in', 'recipient', { code: 530, words: '5.7.0 Authentication required' }, 0],
    ['refuses everybody alike', 'recipient', { code: 550, words: '5.7.1 Relaying denied' }, 0],
    // Twenty in a row show it; three more were on their way, and one now and then tries the server.
    ['puts off everybody', 'recipient', { code: 451, words: 'queue full' }, 30],
  ] as const)(
    'and %s costs hardly a letter an attempt, refuses none, and gets each once, soon after it is mended',
    async (_what, where, said, attemptsMax) => {
      [at, reply] = [where, said];
      const worker = startWorker(installation.app);
      try {
        await until('it is told', () => codes.includes('mail-not-taken'));
        await until('the rest is given back', async () => (await count("state <> 'pending'")) === 0);
        expect(await count('attempts > 0')).toBeLessThanOrEqual(attemptsMax);
        expect(await count(`last_error LIKE '%${said.words}%'`)).toBeGreaterThan(0);
        reply = undefined;
        const mendedAt = performance.now();
        await until('it is over', () => codes.includes('mail-reachable'));
        // Those that were put off have waits of their own.
        await execute(
          installation.db,
          "UPDATE outbox SET next_attempt_at = staged_at WHERE state = 'pending'",
        );
        await until('all are sent', async () => (await count("state = 'sent'")) === 60);
        expectSoonAfter(mendedAt);
      } finally {
        await worker.stop();
      }
      expect(office.letters).toHaveLength(60);
      expect(codes.filter((code) => code?.startsWith('mail-'))).toEqual(['mail-not-taken', 'mail-reachable']);
    },
  );
});
