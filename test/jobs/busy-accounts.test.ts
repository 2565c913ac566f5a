/** Accounts that somebody else has locked: tried again, a few at a time, named once it lasts, forgotten when it is over. */
import { BusyAccounts } from '../../jobs/busy-accounts.ts';
import type { Busy } from '../../src/queue/inspector.ts';
import { createLog } from '../../src/log.ts';

let now = 0;
const clock = { wallNow: () => now, elapsedMs: () => now, sleep: () => Promise.resolve() };
const lines: Record<string, unknown>[] = [];
const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line) as never) });
const busyOf = (...accounts: string[]): BusyAccounts => {
  const busy = new BusyAccounts({ clock, log });
  for (const account of accounts) busy.note({ account, run: 1 }, { outcome: 'busy' });
  return busy;
};
const idsOf = (busy: BusyAccounts): string[] => busy.take().map((one) => one.account);

describe('busy accounts', () => {
  beforeEach(() => {
    now = 1_000_000;
    lines.length = 0;
  });

  it('are tried again once for each time that they were found locked', () => {
    const busy = busyOf('a', 'b');
    expect(idsOf(busy)).toEqual(['a', 'b']);
    expect(idsOf(busy)).toEqual([]);
    busy.note({ account: 'b', run: 1 }, { outcome: 'busy' });
    expect(idsOf(busy)).toEqual(['b']);
  });

  it('are slow until they were settled, and ordinary again then', () => {
    const busy = busyOf('a');
    expect(busy.has('a')).toBe(true);
    busy.note({ account: 'a', run: 1 }, { outcome: 'settled', cycles: 1 });
    expect(busy.has('a')).toBe(false);
    expect(idsOf(busy)).toEqual([]);
  });

  it('are tried twenty at a time, and none of them is passed over', () => {
    const all = Array.from({ length: 45 }, (_, index) => `a-${index}`);
    const busy = busyOf(...all);
    const turns = [idsOf(busy), idsOf(busy), idsOf(busy)];
    expect(turns.map((one) => one.length)).toEqual([20, 20, 5]);
    expect(turns.flat()).toEqual(all);
  });

  it('are named once when the lock lasts, and once more when it is over', () => {
    const busy = busyOf('a');
    expect(lines).toEqual([]);
    for (let second = 0; second < 30; second += 1) {
      now += 1_000;
      busy.note({ account: 'a', run: 1 }, { outcome: 'busy' });
    }
    busy.note({ account: 'a', run: 1 }, { outcome: 'already-current' });
    expect(lines).toMatchObject([
      { account: 'a', code: 'account-locked', lockedMs: 10_000 },
      { account: 'a', msg: 'it is locked no longer' },
    ]);
  });

  it('are told to whoever watches, again and again while they are busy, and once when they are so no longer', async () => {
    const busy = busyOf('a', 'b');
    const told: Busy[] = [];
    const keep = (one: Busy): Promise<void> => Promise.resolve(void told.push(one));
    await busy.share(keep);
    busy.note({ account: 'a', run: 1 }, { outcome: 'settled', cycles: 1 });
    await expect(busy.share(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    for (let times = 0; times < 2; times += 1) await busy.share(keep);
    busy.note({ account: 'b', run: 1 }, { outcome: 'already-current' });
    for (let times = 0; times < 2; times += 1) await busy.share(keep);
    expect(told).toEqual([
      { found: ['a', 'b'], freed: [] },
      { found: ['b'], freed: ['a'] },
      { found: ['b'], freed: [] },
      { found: [], freed: ['b'] },
    ]);
  });

  it('are forgotten where they were given to the queue and another process settled them', () => {
    const busy = busyOf('a');
    expect(idsOf(busy)).toEqual(['a']);
    now += 61_000;
    busy.take();
    expect(busy.has('a')).toBe(false);
  });
});
