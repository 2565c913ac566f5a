/** Reminders: who gets one, once, and who gets it after all. */
import { execute, selectRows } from '../../src/db/query.ts';
import { stageReminders } from '../../src/operations/mail/stage-reminders.ts';
import { importRows } from '../support/accounts.ts';
import { fact, record } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { deliver, lettersTo } from '../support/delivering.ts';
import { type PostOffice, openPostOffice } from '../support/post-office.ts';

const DAY_MS = 86_400_000;
/** A date so many days from now, in UTC. */
const dayOf = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
let office: PostOffice;
let installation: Installation;

beforeAll(async () => {
  office = await openPostOffice();
  installation = await install({ env: { SMTP_URL: office.url } });
});
afterAll(async () => {
  await installation.remove();
  await office.stop();
});

const staged = (account: string): Promise<{ kind: string; state: string; error: string | null }[]> =>
  selectRows(
    installation.db,
    'SELECT kind, state, last_error AS error FROM outbox WHERE account_id = ? ORDER BY id',
    [account],
  );

describe('reminders', () => {
  /** Anchored so that its next boundary comes in this many days. */
  function holder(id: string, days: number, openingBalance: number, more: object = {}) {
    const next = new Date(Date.now() + days * DAY_MS);
    next.setUTCMonth(next.getUTCMonth() - 1);
    const anchorOn = next.toISOString().slice(0, 10);
    return { id, anchorOn, openingBalance, trackedFrom: `${dayOf(-1)}T00:00:00Z`, ...more };
  }
  const reminders = (): Promise<{ account: string }[]> =>
    selectRows(
      installation.db,
      "SELECT account_id AS account FROM outbox WHERE kind = 'reminder' ORDER BY account_id",
    );

  beforeAll(async () => {
    await importRows(installation.app, [
      holder('r-due', 2, 223),
      holder('r-far', 9, 223),
      holder('r-small', 2, 200),
      holder('r-out', 2, 300),
      holder('r-suspended', 2, 300, { status: 'suspended' }),
      holder('r-spends', 2, 205),
    ]);
    await record(installation.app, [fact('r-out-1', 'r-out', new Date().toISOString(), 'notices.opted-out')]);
  });

  it('are staged for those who would lose something within the days set, once', async () => {
    const { app } = installation;
    expect(await stageReminders(app.reminderDeps)).toBe(2);
    expect(await stageReminders(app.reminderDeps)).toBe(2);
    expect(await reminders()).toEqual([{ account: 'r-due' }, { account: 'r-spends' }]);
  });

  it('are not staged where they are turned off', async () => {
    const { db, log } = installation.app;
    expect(await stageReminders({ db, log, settings: { reminderDays: 0 } })).toBe(0);
  });

  it('tell what would be lost when they are sent, and are not sent when nothing would', async () => {
    const { app } = installation;
    await record(app, [
      fact('r-spent', 'r-spends', new Date().toISOString(), 'connects.spent', { amount: 5 }),
    ]);
    await deliver(installation.app);
    const [letter, ...others] = lettersTo(office, 'r-due');
    expect(others).toEqual([]);
    expect(letter?.subject).toMatch(/^Use 23 Connects before \d+ \w+, or they expire$/);
    expect(lettersTo(office, 'r-spends')).toEqual([]);
    expect(await staged('r-spends')).toMatchObject([
      { kind: 'reminder', state: 'suppressed', error: 'nothing would expire any more' },
    ]);
  });

  describe('that were not sent for a reason that has passed are sent after all', () => {
    const now = (): string => new Date().toISOString();
    /** Staged, and then not sent: what it says why. */
    async function withhold(id: string, because: () => Promise<unknown>): Promise<string | null | undefined> {
      await importRows(installation.app, [holder(id, 2, 205)]);
      await stageReminders(installation.app.reminderDeps);
      await because();
      await deliver(installation.app);
      expect(await staged(id)).toMatchObject([{ kind: 'reminder', state: 'suppressed' }]);
      return (await staged(id))[0]?.error;
    }
    const lookAgain = async (): Promise<void> => {
      await stageReminders(installation.app.reminderDeps);
      await deliver(installation.app);
    };
    const happens = (id: string, type: string, fields: object = {}): Promise<unknown> =>
      record(installation.app, [fact(`${id}-${type}`, id, now(), type, { ...fields })]);

    it('when something would expire again', async () => {
      const why = await withhold('again-1', () => happens('again-1', 'connects.spent', { amount: 5 }));
      expect(why).toBe('nothing would expire any more');
      await lookAgain();
      expect(lettersTo(office, 'again-1')).toEqual([]);
      await happens('again-1', 'connects.purchased', { amount: 40 });
      await lookAgain();
      await lookAgain();
      expect(lettersTo(office, 'again-1').map((one) => one.subject)).toEqual([
        expect.stringMatching(/^Use 40 Connects before/),
      ]);
    });

    it('when the member wants such emails again', async () => {
      await withhold('again-2', () => happens('again-2', 'notices.opted-out'));
      await happens('again-2', 'notices.opted-in');
      await lookAgain();
      expect(lettersTo(office, 'again-2')).toHaveLength(1);
    });

    it('when there is an address, and not before', async () => {
      const forget = "UPDATE contacts SET email = NULL WHERE account_id = 'again-3'";
      const why = await withhold('again-3', () => execute(installation.db, forget));
      expect(why).toBe('the account has no email address');
      await stageReminders(installation.app.reminderDeps);
      expect(await staged('again-3')).toMatchObject([{ state: 'suppressed' }]);
      await happens('again-3', 'account.contact-changed', { email: 'again-3@example.test' });
      await lookAgain();
      expect(lettersTo(office, 'again-3')).toHaveLength(1);
    });

    it('but not when an operator withheld them', async () => {
      const suppress = ['notices', 'suppress', '--account', 'again-4', '--reason', 'not this one'];
      await withhold('again-4', () => runHere(suppress, { app: installation.app }));
      await lookAgain();
      expect(lettersTo(office, 'again-4')).toEqual([]);
    });
  });
});
