/** Many writers at once on the same accounts: what comes of it is what one order of theirs comes to. */
import { composeApp } from '../../../src/app.ts';
import { systemClock } from '../../../src/clock.ts';
import { parseConfig } from '../../../src/config.ts';
import { selectRows } from '../../../src/db/query.ts';
import type { MemberEvent } from '../../../src/domain/events/events.ts';
import type { Scenario, ScenarioItem } from '../../../src/domain/simulation/scenario.ts';
import { silentLog } from '../../../src/log.ts';
import type { EventOutcome } from '../../../src/operations/events/record-events.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { bought, fact, linesOf, opened, record, settleAsOf, storyOf } from '../../support/facts.ts';
import { type Installation, install } from '../../support/installation.ts';
import { holdRows } from '../../support/liveness.ts';
import { countOf } from '../../support/state.ts';
import { playWhole, readWhole } from '../../support/whole-account.ts';
import { until } from '../../support/sweeping.ts';

let installation: Installation;
beforeAll(async () => {
  installation = await install({ env: { CONNECTS_DATABASE_POOL: '12' } });
});
afterAll(() => installation.remove());

const WRITERS = 10;
const each = <Result>(work: (writer: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: WRITERS }, (_, writer) => work(writer)));

/** Nobody is done before all have begun: the accounts are locked until all wait for them. */
async function together<Result>(
  ids: readonly string[],
  work: (writer: number) => Promise<Result>,
): Promise<Result[]> {
  const listed = ids.map((id) => `'${id}'`).join();
  const holder = await holdRows(
    installation,
    `SELECT id FROM accounts WHERE id IN (${listed}) ORDER BY id FOR UPDATE`,
  );
  const all = each(work);
  await new Promise((resolve) => setTimeout(resolve, 150));
  await holder.release();
  return all;
}

const day = (n: number): string => new Date(Date.parse('2021-01-02') + n * 86_400_000).toISOString();

/**
 * The one order in which it all happened: events as they arrived, and between them the boundaries that sweeps settled,
 * each before the first event that was decided after it.
 */
async function orderFound(id: string, sent: ReadonlyMap<string, MemberEvent>): Promise<ScenarioItem[]> {
  const { db } = installation;
  const arrived = await selectRows<{ id: string; seq: number | null; decisionNo: number | null }>(
    db,
    `SELECT events.id, (SELECT MIN(seq) FROM entries WHERE account_id = ? AND subject LIKE CONCAT('%:', events.id)) AS seq,
            (SELECT MIN(decision_no) FROM decisions WHERE account_id = ? AND subject LIKE CONCAT('%:', events.id)) AS decisionNo
       FROM events WHERE events.account_id = ? ORDER BY arrival`,
    [id, id, id],
  );
  const swept = await selectRows<{ at: Date; seq: number; decisionNo: number }>(
    db,
    `SELECT starts_at AS at, decision_no AS decisionNo,
            (SELECT MIN(seq) FROM entries WHERE account_id = ? AND cycle_on = cycles.cycle_on) AS seq
       FROM cycles WHERE account_id = ? AND run_id IS NOT NULL ORDER BY decision_no`,
    [id, id],
  );
  const items: ScenarioItem[] = [];
  for (const event of arrived) {
    const before = (one: { seq: number; decisionNo: number }): boolean =>
      event.seq === null ? one.decisionNo < (event.decisionNo as number) : one.seq < event.seq;
    while (swept[0] && before(swept[0])) items.push(sweepAt((swept.shift() as { at: Date }).at));
    items.push(sent.get(event.id) as MemberEvent);
  }
  return [...items, ...swept.map(({ at }) => sweepAt(at))];
}

/** As its job does: again and again, while somebody else has it locked. */
async function settleBusy(asOf: number): Promise<void> {
  await until('nobody else has it', async () => {
    const outcomes = await settleAsOf(installation.app, ['busy'], asOf);
    return outcomes.get('busy')?.outcome !== 'busy';
  });
}

const sweepAt = (at: Date): ScenarioItem => ({ type: 'sweep', id: 'sweep', at: at.getTime() });

describe('ten writers at once', () => {
  it('of events and of sweeps on one account come to one order of theirs, and none is lost', async () => {
    const given = { id: 'busy', openingBalance: 40 };
    await importRows(installation.app, [given]);
    const STEPS = 12;
    const instant = (writer: number, n: number): string => day(n * 11 + writer);
    const eventOf = (writer: number, n: number): MemberEvent =>
      n % 3 === 2
        ? fact(`busy-${writer}-${n}`, 'busy', instant(writer, n), 'connects.spent', { amount: 30 + writer })
        : bought(`busy-${writer}-${n}`, 'busy', instant(writer, n), writer + 1);
    const sent = new Map<string, MemberEvent>();
    const outcomes: EventOutcome[] = [];
    await together(['busy'], async (writer) => {
      for (let n = 0; n < STEPS; n += 3) {
        // Sweeps run ahead of the events: whoever comes first makes the others late.
        if (writer % 2 === 1) {
          await settleBusy(Date.parse(instant(writer, n + 4)));
          continue;
        }
        const batch = [n, n + 1, n + 2].map((step) => eventOf(writer, step));
        for (const event of batch) sent.set(event.id, event);
        outcomes.push(...(await record(installation.app, batch)));
      }
    });
    expect(outcomes).toHaveLength(60);
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['applied', 'refused']));
    expect(await countOf(installation.db, "SELECT COUNT(*) FROM events WHERE account_id = 'busy'")).toBe(60);
    const items = await orderFound('busy', sent);
    expect(items.length).toBeGreaterThan(60);
    const story: Scenario = { ...storyOf(given, []), items };
    expect(await readWhole(installation.db, 'busy')).toEqual(playWhole(story));
  });

  it('of the same events apply each once', async () => {
    const given = numbered('same', 8, { openingBalance: 5 });
    await importRows(installation.app, given);
    const events = given.flatMap(({ id }, n) =>
      [0, 1, 2, 3].map((m) => bought(`${id}-${m}`, id, day(m * 20 + n), m + 1)),
    );
    const outcomes = await together(
      given.map(({ id }) => id),
      (writer) => record(installation.app, writer % 2 === 0 ? events : events.slice(writer, 20 + writer)),
    );
    const lines = outcomes.flatMap(linesOf);
    expect(lines.filter((line) => line === 'applied')).toHaveLength(events.length);
    expect(new Set(lines)).toEqual(new Set(['applied', 'duplicate']));
    const sent = new Map(events.map((event) => [event.id, event]));
    for (const one of given) {
      const story = { ...storyOf(one, []), items: await orderFound(one.id, sent) };
      expect(await readWhole(installation.db, one.id)).toEqual(playWhole(story));
    }
  });

  it('of one id for ten accounts apply it to one of them; for the others it is a conflict', async () => {
    const given = numbered('claim', WRITERS, { openingBalance: 5 });
    await importRows(installation.app, given);
    const ids = given.map(({ id }) => id);
    const outcomes = await together(ids, (writer) =>
      record(installation.app, [
        bought(`claim-own-${writer}`, ids[writer] as string, '2021-01-05'),
        bought('claim-1', ids[writer] as string, '2021-01-06'),
        bought(`claim-more-${writer}`, ids[writer] as string, '2021-01-07'),
      ]),
    );
    const lines = outcomes.map(linesOf);
    expect(lines.filter(([, second]) => second === 'applied')).toHaveLength(1);
    expect(lines.filter(([, second]) => second === 'conflict')).toHaveLength(WRITERS - 1);
    expect(new Set(lines.flatMap(([first, , third]) => [first, third]))).toEqual(new Set(['applied']));
  });

  it('of ids in opposite orders over many accounts end well', async () => {
    const given = numbered('cross', 40, { openingBalance: 5 });
    await importRows(installation.app, given);
    const shared = Array.from({ length: 40 }, (_, n) => `cross-${n}`);
    const outcomes = await each((writer) =>
      record(
        installation.app,
        shared.map((id, n) => {
          const account = given[(writer % 2 === 0 ? n : 39 - n) % 40]?.id as string;
          return bought(id, account, '2021-01-05');
        }),
      ),
    );
    const lines = outcomes.flatMap(linesOf);
    expect(lines.filter((line) => line === 'applied')).toHaveLength(shared.length);
    expect(new Set(lines)).toEqual(new Set(['applied', 'duplicate', 'conflict']));
    expect(
      await countOf(installation.db, "SELECT COUNT(*) FROM entries WHERE account_id LIKE 'cross-%'"),
    ).toBe(40);
  });

  it('of openings of one account open it once; for the others it is a conflict', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = `dawn-${round}`;
      const outcomes = await each((writer) =>
        record(installation.app, [
          opened(`${id}-${writer}`, id, '2021-01-05'),
          bought(`${id}-after-${writer}`, id, '2021-01-06', writer + 1),
        ]),
      );
      const lines = outcomes.map(linesOf);
      expect(lines.filter(([first]) => first === 'applied awarded')).toHaveLength(1);
      expect(lines.filter(([first]) => first === 'conflict')).toHaveLength(WRITERS - 1);
      expect(new Set(lines.map(([, second]) => second))).toEqual(new Set(['applied']));
      const { account } = await readWhole(installation.db, id);
      expect(account?.balance).toBe(40 + 55);
    }
  });

  it('of an opening and of what follows it lose nothing that was kept', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = `eve-${round}`;
      const opening = opened(`${id}-0`, id, '2021-01-05');
      await installation.db.raw(`ALTER TABLE accounts ADD CONSTRAINT accounts_test CHECK (id <> '${id}')`);
      expect(linesOf(await record(installation.app, [opening]))).toEqual(['waiting check-violated']);
      await installation.db.raw('ALTER TABLE accounts DROP CONSTRAINT accounts_test');
      const outcomes = await each((writer) =>
        record(installation.app, [bought(`${id}-after-${writer}`, id, '2021-01-06', writer + 1)]),
      );
      expect(new Set(outcomes.flatMap(linesOf))).toEqual(new Set(['applied']));
      expect((await readWhole(installation.db, id)).account?.balance).toBe(40 + 55);
    }
  });

  it('from different processes’ pools wait for each other, and none gives up', async () => {
    await importRows(installation.app, [{ id: 'pools', openingBalance: 5 }]);
    const apps = Array.from({ length: 3 }, () =>
      composeApp(parseConfig(installation.env), systemClock, silentLog),
    );
    try {
      const sent = apps.flatMap((app, a) =>
        Array.from({ length: 8 }, (_, n) => record(app, [bought(`pools-${a}-${n}`, 'pools', day(n), 2)])),
      );
      expect(new Set((await Promise.all(sent)).flatMap(linesOf))).toEqual(new Set(['applied']));
      expect((await readWhole(installation.db, 'pools')).account?.lastSeq).toBe(24);
    } finally {
      for (const app of apps) await app.close();
    }
  });
});
