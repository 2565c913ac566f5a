/** Making the next one while the last one is used. */
import { setImmediate as othersTurn } from 'node:timers/promises';
import { oneAhead } from '../../../src/operations/imports/one-ahead.ts';

/** Numbers from 1; notes which were made, and that it was closed. */
function numbersTo(last: number, failAt?: number) {
  const notes: string[] = [];
  async function* numbers(): AsyncGenerator<number> {
    try {
      for (let number = 1; number <= last; number += 1) {
        await othersTurn();
        if (number === failAt) throw new Error(`no ${number}`);
        notes.push(`made ${number}`);
        yield number;
      }
    } finally {
      notes.push('closed');
    }
  }
  return { notes, numbers: oneAhead(numbers()) };
}

/** Long enough for all that can be made. */
async function aWhile(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await othersTurn();
}

describe('one ahead', () => {
  it('makes the next one while the last one is used, and no more', async () => {
    const { notes, numbers } = numbersTo(3);
    for await (const number of numbers) {
      await aWhile();
      notes.push(`used ${number}`);
    }
    expect(notes).toEqual(['made 1', 'made 2', 'used 1', 'made 3', 'used 2', 'closed', 'used 3']);
  });

  it('throws where the one that failed would have been used', async () => {
    const { notes, numbers } = numbersTo(3, 2);
    expect(await numbers.next()).toEqual({ done: false, value: 1 });
    await aWhile();
    expect(notes).toEqual(['made 1', 'closed']);
    await expect(numbers.next()).rejects.toThrow('no 2');
  });

  it('closes what it is made of when it is left early, with nothing under way', async () => {
    const { notes, numbers } = numbersTo(3);
    for await (const number of numbers) if (number === 1) break;
    expect(notes).toEqual(['made 1', 'made 2', 'closed']);
  });
});
