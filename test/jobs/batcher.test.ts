/** Group commit: what gathers while a flush is in flight goes with the next one, and everybody gets their own outcome. */
import { Batcher, type BatcherOptions } from '../../jobs/batcher.ts';

interface Asked {
  readonly account: string;
  readonly run?: number;
}

/** A flush that stays in flight until the test ends it. */
interface Flush {
  readonly accounts: readonly string[];
  readonly requests: readonly Asked[];
  end(outcomes?: ReadonlyMap<string, string>): void;
  fail(error: Error): void;
}

function startBatcher(options: Partial<BatcherOptions<Asked, string>> = {}) {
  const flushes: Flush[] = [];
  const batcher = new Batcher<Asked, string>({
    keyOf: (request) => request.account,
    flush: (requests) =>
      new Promise((resolve, reject) => {
        const accounts = requests.map((one) => one.account);
        const done = new Map(accounts.map((account) => [account, `done ${account}`]));
        flushes.push({ accounts, requests, end: (outcomes = done) => resolve(outcomes), fail: reject });
      }),
    batchMax: 500,
    gatherMs: 1,
    ...options,
  });
  const submit = (...accounts: string[]): Promise<string>[] =>
    accounts.map((account) => {
      const outcome = batcher.submit({ account });
      // Looked at by the test where it matters; elsewhere a rejection is nobody's.
      outcome.catch(() => undefined);
      return outcome;
    });
  return { batcher, flushes, submit };
}

/** Long enough for whatever is about to happen. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('a batcher', () => {
  it('flushes together what is submitted together, in order', async () => {
    const { flushes, submit } = startBatcher();
    void submit('a', 'b', 'c');
    await settle();
    expect(flushes.map((one) => one.accounts)).toEqual([['a', 'b', 'c']]);
  });

  it('waits for company only as long as it was told', async () => {
    const { flushes, submit } = startBatcher({ gatherMs: 300 });
    void submit('a');
    await settle();
    expect(flushes).toHaveLength(0);
    void submit('b');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(flushes.map((one) => one.accounts)).toEqual([['a', 'b']]);
  });

  it('has one flush in flight: what comes meanwhile gathers, and goes with the next', async () => {
    const { flushes, submit } = startBatcher();
    void submit('a');
    await settle();
    void submit('b');
    await settle();
    void submit('c');
    await settle();
    expect(flushes.map((one) => one.accounts)).toEqual([['a']]);
    flushes[0]?.end();
    await settle();
    expect(flushes.map((one) => one.accounts)).toEqual([['a'], ['b', 'c']]);
  });

  it('gives each its own outcome', async () => {
    const { flushes, submit } = startBatcher();
    const outcomes = submit('a', 'b');
    await settle();
    flushes[0]?.end();
    expect(await Promise.all(outcomes)).toEqual(['done a', 'done b']);
  });

  it('takes a key that is asked for twice for one request, whose outcome both share', async () => {
    const { batcher, flushes } = startBatcher();
    const outcomes = [batcher.submit({ account: 'a', run: 1 }), batcher.submit({ account: 'a', run: 2 })];
    await settle();
    expect(flushes[0]?.requests).toEqual([{ account: 'a', run: 1 }]);
    flushes[0]?.end();
    expect(await Promise.all(outcomes)).toEqual(['done a', 'done a']);
  });

  it('asks again for a key whose flush is in flight: that flush may have begun before the asking', async () => {
    const { flushes, submit } = startBatcher();
    const [first] = submit('a');
    await settle();
    const [second] = submit('a');
    flushes[0]?.end(new Map([['a', 'first']]));
    await settle();
    flushes[1]?.end(new Map([['a', 'second']]));
    expect(await Promise.all([first, second])).toEqual(['first', 'second']);
  });

  it('takes no more than its maximum at a time, the earliest first, and loses none', async () => {
    const { flushes, submit } = startBatcher({ batchMax: 3 });
    const outcomes = submit('a', 'b', 'c', 'd', 'e', 'f', 'g');
    for (let flush = 0; flush < 3; flush += 1) {
      await settle();
      flushes[flush]?.end();
    }
    expect(flushes.map((one) => one.accounts)).toEqual([['a', 'b', 'c'], ['d', 'e', 'f'], ['g']]);
    expect(await Promise.all(outcomes)).toHaveLength(7);
  });

  it('rejects the whole of a flush that threw, and goes on with the next', async () => {
    const { flushes, submit } = startBatcher();
    const failing = submit('a', 'b');
    await settle();
    const [later] = submit('c');
    flushes[0]?.fail(new Error('the database is away'));
    await settle();
    flushes[1]?.end();
    const rejected = { status: 'rejected', reason: new Error('the database is away') };
    expect(await Promise.allSettled(failing)).toEqual([rejected, rejected]);
    expect(await later).toBe('done c');
  });

  it('rejects alone whoever a flush forgot', async () => {
    const { flushes, submit } = startBatcher();
    const outcomes = submit('a', 'b');
    await settle();
    flushes[0]?.end(new Map([['b', 'done b']]));
    expect(await Promise.allSettled(outcomes)).toEqual([
      { status: 'rejected', reason: new Error('no outcome for a') },
      { status: 'fulfilled', value: 'done b' },
    ]);
  });

  it('rests when all is flushed, and begins anew', async () => {
    const { flushes, submit } = startBatcher();
    void submit('a');
    await settle();
    flushes[0]?.end();
    await settle();
    const [again] = submit('a');
    await settle();
    flushes[1]?.end();
    expect(await again).toBe('done a');
    expect(flushes).toHaveLength(2);
  });

  it('lets successors of what was just answered join the next flush together', async () => {
    const { batcher, flushes } = startBatcher();
    const chain = async (name: string): Promise<void> => {
      await batcher.submit({ account: `${name}1` });
      await batcher.submit({ account: `${name}2` });
    };
    const chains = ['a', 'b', 'c'].map(chain);
    await settle();
    flushes[0]?.end();
    await settle();
    flushes[1]?.end();
    await Promise.all(chains);
    expect(flushes.map((one) => one.accounts)).toEqual([
      ['a1', 'b1', 'c1'],
      ['a2', 'b2', 'c2'],
    ]);
  });

  describe('that may have a second flush beside the first', () => {
    it('begins it as soon as enough have gathered, and not before', async () => {
      const { flushes, submit } = startBatcher({ besideFrom: 3 });
      void submit('a');
      await settle();
      void submit('b', 'c');
      await settle();
      expect(flushes.map((one) => one.accounts)).toEqual([['a']]);
      void submit('d');
      await settle();
      expect(flushes.map((one) => one.accounts)).toEqual([['a'], ['b', 'c', 'd']]);
    });

    it('never has a third, and loses nobody, whichever ends first', async () => {
      const { flushes, submit } = startBatcher({ besideFrom: 2 });
      const outcomes = [...submit('a')];
      await settle();
      outcomes.push(...submit('b', 'c'), ...submit('d', 'e', 'f'));
      await settle();
      expect(flushes.map((one) => one.accounts)).toEqual([['a'], ['b', 'c']]);
      flushes[1]?.end();
      await settle();
      expect(flushes.map((one) => one.accounts)).toEqual([['a'], ['b', 'c'], ['d', 'e', 'f']]);
      outcomes.push(...submit('g'));
      flushes[2]?.end();
      await settle();
      expect(flushes).toHaveLength(3);
      flushes[0]?.end();
      await settle();
      expect(flushes.at(-1)?.accounts).toEqual(['g']);
      flushes[3]?.end();
      expect(await Promise.all(outcomes)).toEqual(
        ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `done ${name}`),
      );
    });

    it('rests when all is flushed, and begins anew with one', async () => {
      const { flushes, submit } = startBatcher({ besideFrom: 1 });
      void submit('a');
      await settle();
      void submit('b');
      await settle();
      flushes[0]?.end();
      flushes[1]?.end();
      await settle();
      void submit('c', 'd');
      await settle();
      expect(flushes.map((one) => one.accounts)).toEqual([['a'], ['b'], ['c', 'd']]);
    });
  });
});
