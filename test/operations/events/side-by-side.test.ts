/** Groups of accounts beside each other: two at once, and never two with an account in common. */
import { setImmediate as othersTurn } from 'node:timers/promises';
import fc from 'fast-check';
import type { AccountEvents } from '../../../src/operations/events/account-events.ts';
import { SideBySide } from '../../../src/operations/events/side-by-side.ts';

const groupOf = (accounts: readonly string[]): AccountEvents[] =>
  accounts.map((account) => ({ account, events: [] }));
const namesOf = (group: readonly AccountEvents[]): string => group.map(({ account }) => account).join('');

const groupsOf = fc.array(fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1 }), {
  maxLength: 12,
});

async function sideBySide(
  groups: readonly AccountEvents[][],
  most: number,
  work: (group: readonly AccountEvents[]) => Promise<void>,
): Promise<void> {
  const beside = new SideBySide(most);
  for (const group of groups) await beside.begin(group, work);
  await beside.end();
}

describe('groups side by side', () => {
  it('are begun in their order, so many at once, and each account by one of them at a time', async () => {
    await fc.assert(
      fc.asyncProperty(groupsOf, fc.array(fc.nat(6), { minLength: 1 }), async (groups, turns) => {
        const running = new Set<string>();
        const begun: string[] = [];
        let most = 0;
        await sideBySide(groups.map(groupOf), 2, async (group) => {
          const names = namesOf(group);
          for (const one of running) expect(one.split('').filter((name) => names.includes(name))).toEqual([]);
          running.add(names);
          begun.push(names);
          most = Math.max(most, running.size);
          const count = turns[begun.length % turns.length] ?? 0;
          for (let turn = 0; turn < count; turn += 1) await othersTurn();
          running.delete(names);
        });
        expect(begun).toEqual(groups.map((group) => group.join('')));
        expect(most).toBeLessThanOrEqual(2);
        expect(running.size).toBe(0);
      }),
    );
  });

  it('go on beside each other where they have no account in common', async () => {
    const ends: (() => void)[] = [];
    const all = sideBySide(
      ['a', 'b'].map((name) => groupOf([name])),
      2,
      () => new Promise((end) => ends.push(end)),
    );
    await othersTurn();
    expect(ends).toHaveLength(2);
    for (const end of ends) end();
    await all;
  });

  it('throw what the first threw that failed, when the other has ended; no more are begun', async () => {
    const begun: string[] = [];
    let ended = false;
    const all = sideBySide(
      ['a', 'b', 'c'].map((name) => groupOf([name])),
      2,
      async (group) => {
        begun.push(namesOf(group));
        await othersTurn();
        if (namesOf(group) === 'a') throw new Error('gone');
        for (let turn = 0; turn < 5; turn += 1) await othersTurn();
        ended = true;
      },
    );
    await expect(all).rejects.toThrow('gone');
    expect(begun).toEqual(['a', 'b']);
    expect(ended).toBe(true);
  });
});
