/** Batches of events, each begun before the last transactions of the one before it have ended. */
import { EventRecorder } from '../../../src/operations/events/record-events.ts';
import { importRows } from '../../support/accounts.ts';
import { bought, linesOf } from '../../support/facts.ts';
import { type Installation, install } from '../../support/installation.ts';
import { holdRows, killWaiting } from '../../support/liveness.ts';
import { countOf } from '../../support/state.ts';
import { until } from '../../support/sweeping.ts';

let installation: Installation;
beforeEach(async () => {
  installation = await install();
  await importRows(installation.app, [
    { id: 'held', openingBalance: 5 },
    { id: 'free', openingBalance: 5 },
  ]);
});
afterEach(() => installation.remove());

const recorderOf = (lockWaitMs: number): EventRecorder => {
  const { recordDeps } = installation.app;
  const settings = { ...recordDeps.settings, lockWaitMs, transactionsMax: 2 };
  return new EventRecorder({ ...recordDeps, settings }, { notify: 'none', by: undefined });
};

const hold = () => holdRows(installation, "SELECT id FROM accounts WHERE id = 'held' FOR UPDATE");
const countEvents = (account: string): Promise<number> =>
  countOf(installation.db, `SELECT COUNT(*) FROM events WHERE account_id = '${account}'`);

describe('a batch after a batch', () => {
  it('records nothing of an account of which the one before could not record something', async () => {
    const recorder = recorderOf(0);
    const holder = await hold();
    const first = await recorder.begin([
      bought('h1', 'held', '2021-01-05'),
      bought('f1', 'free', '2021-01-05'),
    ]);
    const [held] = linesOf(await first.outcomes);
    expect(held).toMatch(/^busy /);
    await holder.release();
    const second = await recorder.begin([
      bought('h2', 'held', '2021-01-06'),
      bought('f2', 'free', '2021-01-06'),
    ]);
    expect(linesOf(await second.outcomes)).toEqual([held, 'applied']);
    expect(await countEvents('held')).toBe(0);
    expect(await countEvents('free')).toBe(2);
  });

  it('begins beside it, and waits only for the accounts that both have', async () => {
    const recorder = recorderOf(60_000);
    const holder = await hold();
    const first = await recorder.begin([bought('h1', 'held', '2021-01-05')]);
    const second = await recorder.begin([bought('f1', 'free', '2021-01-05')]);
    expect(linesOf(await second.outcomes)).toEqual(['applied']);
    let begun = false;
    const third = recorder.begin([bought('h2', 'held', '2021-01-06'), bought('f2', 'free', '2021-01-06')]);
    void third.then(() => (begun = true));
    // Long enough for what is not kept waiting: the batch before it took less.
    const apart = Date.now() + 500;
    await until('a while has passed', () => Date.now() > apart);
    expect(begun).toBe(false);
    expect(await countEvents('free')).toBe(1);
    await holder.release();
    expect(linesOf(await first.outcomes)).toEqual(['applied']);
    expect(linesOf(await (await third).outcomes)).toEqual(['applied', 'applied']);
    await recorder.end();
  });

  it('is not begun once a transaction of the one before has failed: both say why', async () => {
    const recorder = recorderOf(60_000);
    const holder = await holdRows(
      installation,
      `INSERT INTO events (id, account_id, type, at, content_hash, content, state, received_at)
       VALUES ('f1', 'held', 'connects.purchased', '2021-01-05', '', '{}', 'applied', '2021-01-05')`,
    );
    const first = await recorder.begin([bought('f1', 'free', '2021-01-05')]);
    await killWaiting(installation, first.outcomes);
    await expect(first.outcomes).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(recorder.begin([bought('f2', 'free', '2021-01-06')])).rejects.toMatchObject({
      kind: 'unavailable',
    });
    await expect(recorder.end()).rejects.toMatchObject({ kind: 'unavailable' });
    await holder.release();
    expect(await countEvents('free')).toBe(0);
  });
});
