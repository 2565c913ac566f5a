import { inHalves } from '../../src/db/halving.ts';
import { ConnectsError } from '../../src/errors.ts';

/** As the driver throws it: errno 1264, a value out of range. */
const refusal = (): Error => Object.assign(new Error('out of range'), { errno: 1264 });

/** A database that takes batches of these items, and refuses every batch that holds a bad one. */
const refusing =
  (bad: readonly number[], attempts: number[][] = []) =>
  (items: readonly number[]): Promise<string> => {
    attempts.push([...items]);
    return items.some((one) => bad.includes(one)) ? Promise.reject(refusal()) : Promise.resolve(items.join());
  };

const named = (item: number, error: unknown): string => `${item} ${(error as Error).message}`;

describe('a batch in halves', () => {
  it('is attempted once where the database takes it', async () => {
    const attempts: number[][] = [];
    expect(await inHalves([1, 2, 3], refusing([], attempts), named)).toEqual(['1,2,3']);
    expect(attempts).toEqual([[1, 2, 3]]);
  });

  it('leaves out the one refused item, and keeps the order of the rest', async () => {
    expect(await inHalves([1, 2, 3, 4, 5], refusing([2]), named)).toEqual([
      '1',
      '2 out of range',
      '3',
      '4,5',
    ]);
  });

  it('names every item where all are refused', async () => {
    expect(await inHalves([1, 2, 3], refusing([1, 2, 3]), named)).toEqual(
      [1, 2, 3].map((one) => `${one} out of range`),
    );
  });

  it('blames nobody where the server is away: the call may be made again', async () => {
    const away = (): Promise<string> => Promise.reject(Object.assign(new Error('gone'), { errno: 2013 }));
    await expect(inHalves([1, 2], away, named)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('finds the one item at which something is thrown that nobody expects', async () => {
    const throwing = (items: readonly number[]): Promise<string> => {
      if (items.includes(3)) throw new TypeError('no such property');
      return Promise.resolve(items.join());
    };
    expect(await inHalves([1, 2, 3, 4], throwing, named)).toEqual(['1,2', '3 no such property', '4']);
  });

  it('finds the one item that somebody else has locked', async () => {
    const locking = (items: readonly number[]): Promise<string> =>
      items.includes(2)
        ? Promise.reject(Object.assign(new Error('locked'), { errno: 1205 }))
        : Promise.resolve(items.join());
    expect(await inHalves([1, 2, 3], locking, named)).toEqual(['1', '2 locked', '3']);
  });

  it('attempts all parts before it divides the one that waits for a lock', async () => {
    const attempts: number[][] = [];
    const items = Array.from({ length: 100 }, (_, index) => index);
    const locking = (part: readonly number[]): Promise<string> => {
      attempts.push([...part]);
      return part.includes(42)
        ? Promise.reject(Object.assign(new Error('locked'), { errno: 1205 }))
        : Promise.resolve(part.join());
    };
    const results = await inHalves(items, locking, named);
    expect(results.join().replace(' locked', '')).toBe(items.join());
    expect(attempts.map((part) => part.length)).toEqual([100, ...Array(10).fill(10), ...Array(10).fill(1)]);
    expect(attempts.filter((part) => part.includes(42))).toHaveLength(3);
  });

  it('gives up looking for locked items one by one where very many are', async () => {
    let attempts = 0;
    const locked = (): Promise<string> => {
      attempts += 1;
      return Promise.reject(Object.assign(new Error('locked'), { errno: 1205 }));
    };
    const items = Array.from({ length: 500 }, (_, index) => index);
    expect(await inHalves(items, locked, named)).toEqual(items.map((one) => `${one} locked`));
    expect(attempts).toBeLessThan(50);
  });

  it('lets pass an error that says of itself that it has to do with no item', async () => {
    const bug = new ConnectsError('conflict', 'lost', 'not ours any more');
    await expect(inHalves([1, 2], () => Promise.reject(bug), named)).rejects.toBe(bug);
  });

  it('attempts nothing of nothing', async () => {
    const attempts: number[][] = [];
    expect(await inHalves([], refusing([], attempts), named)).toEqual([]);
    expect(attempts).toEqual([]);
  });
});
