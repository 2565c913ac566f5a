/**
 * `npm run bench:events [-- ROUNDS]`: events from a file, single spends and a mixed file, against one transaction per event and
 * against the accounts per second of the product's own sweep, taking turns on the same machine. Medians, each beside
 * what is asked; JSON on stdout, a table on stderr.
 *
 * One thing asked is a rate and no ratio: it is of an idle machine, so the machine is named beside it, and how busy others
 * kept it meanwhile.
 */
import { type EventsImport, importEvents } from '../../src/operations/events/import-events.ts';
import { parseEvent } from '../../src/domain/events/events.ts';
import { recordEvents } from '../../src/operations/events/record-events.ts';
import { buildWorkers } from './build.ts';
import { runContender } from './contenders.ts';
import { type Ground, openServers, prepareGround } from './ground.ts';
import { currentLoad, hostFacts } from './host-facts.ts';
import { median, startCounting } from './measuring.ts';
import { type ThrowAwaySetting, withThrowAwayServers } from '../servers/throw-away.ts';

const ROUNDS = Number(process.argv[2] ?? 3);
const ACCOUNTS = 10_000;
const EVENTS = 100_000;
/** One transaction per event is slow: so many are enough to know its rate. */
const SINGLE_EVENTS = 5_000;
/** Transactions in flight at once, as many as a pool of connections allows. */
const SINGLE_IN_FLIGHT = 8;

type Mix = 'spends' | 'mixed';
interface Figure {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
  /** The same by process, of what is not the sweep. */
  readonly byProcess?: Readonly<Record<string, number>>;
  /** Processors that others kept busy meanwhile. */
  readonly busyElsewhere?: number;
}

interface Ask {
  readonly what: string;
  readonly value: number;
  readonly atLeast: number;
}

/** Single spends a second from a file, on two idle processors. */
const SPENDS_PER_SECOND = 15_000;

/** The same events for the same seed: a small linear generator is random enough for a load. */
function generateEvents(accounts: readonly string[], mix: Mix, count: number): object[] {
  let seed = 1;
  const roll = (sides: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % sides;
  };
  const from = Date.now() - 3_600_000;
  return Array.from({ length: count }, (_, n) => {
    const account = accounts[roll(accounts.length)] as string;
    const base = {
      id: `e-${n}`,
      account,
      at: new Date(from + Math.floor((n / count) * 3_000_000)).toISOString(),
    };
    const proposal = `p${roll(6)}`;
    const interview = `i${roll(6)}`;
    const spend = { ...base, type: 'connects.spent', amount: 1 + roll(3) };
    if (mix === 'spends') return spend;
    const kinds = [
      { ...base, type: 'proposal.submitted', proposal, connects: 1 + roll(6) },
      { ...base, type: 'interview.requested', interview, proposal },
      { ...base, type: 'interview.replied', interview },
      { ...base, type: 'connects.returned', amount: 2, proposal },
      { ...base, type: 'connects.purchased', amount: 5 },
      spend,
    ];
    return kinds[roll(kinds.length)] as object;
  });
}

const linesOf = (events: readonly object[]): EventsImport['lines'] =>
  async function* lines() {
    for (const [index, event] of events.entries()) {
      const text = JSON.stringify(event);
      yield { line: index + 1, text, value: JSON.parse(text) as unknown, faults: [] };
    }
  };

async function counted(ground: Ground, count: number, work: () => Promise<unknown>): Promise<Figure> {
  const stopCounting = startCounting({ ...ground.servers.pids, bench: process.pid });
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1_000;
  const { total, byProcess, busyElsewhere } = stopCounting();
  return {
    perSecond: count / seconds,
    cpuMicroseconds: total / count,
    byProcess: Object.fromEntries(Object.entries(byProcess).map(([name, used]) => [name, used / count])),
    busyElsewhere,
  };
}

/** Both passes of the import, as an operator sees it. */
async function importAll(ground: Ground, mix: Mix, accounts: readonly string[]): Promise<Figure> {
  const events = generateEvents(accounts, mix, EVENTS);
  const asked = {
    lines: linesOf(events),
    skipInvalid: false,
    notify: 'none',
    actor: 'bench',
  } as const;
  return counted(ground, EVENTS, async () => {
    const imported = await importEvents(ground.app.recordDeps, asked as never);
    if (imported.outcome !== 'imported' || imported.bad.length > 0) throw new Error('the import went wrong');
  });
}

async function oneByOne(ground: Ground, accounts: readonly string[]): Promise<Figure> {
  const parsed = generateEvents(accounts, 'spends', SINGLE_EVENTS).map((event) => parseEvent(event));
  const left = parsed.flatMap((one) => (one.ok ? [one.event] : []));
  return counted(ground, left.length, async () => {
    const work = async (): Promise<void> => {
      for (let event = left.pop(); event; event = left.pop())
        await recordEvents(ground.app.recordDeps, [event], 'none');
    };
    await Promise.all(Array.from({ length: SINGLE_IN_FLIGHT }, work));
  });
}

async function onFreshGround<Result>(
  servers: Awaited<ReturnType<typeof openServers>>,
  work: (ground: Ground, accounts: string[]) => Promise<Result>,
): Promise<Result> {
  const ground = await prepareGround(servers, ACCOUNTS);
  try {
    const [rows] = (await ground.app.db.raw('SELECT id FROM accounts ORDER BY id')) as [{ id: string }[]];
    return await work(
      ground,
      rows.map((row) => row.id),
    );
  } finally {
    await ground.remove();
  }
}

/** The median of one number of all rounds. */
const middle = (figures: readonly Figure[], pick: (one: Figure) => number | undefined): number =>
  median(figures.flatMap((one) => pick(one) ?? []));

const summed = (figures: readonly Figure[]) => ({
  perSecond: Math.round(middle(figures, (one) => one.perSecond)),
  cpuMicroseconds: Math.round(middle(figures, (one) => one.cpuMicroseconds)),
  ...(figures[0]?.byProcess && {
    byProcess: Object.fromEntries(
      Object.keys(figures[0].byProcess).map((name) => [
        name,
        Math.round(middle(figures, (one) => one.byProcess?.[name])),
      ]),
    ),
    busyElsewhere: Number(middle(figures, (one) => one.busyElsewhere).toFixed(2)),
  }),
});

async function bench(setting: ThrowAwaySetting): Promise<number> {
  const loadBefore = currentLoad();
  const build = await buildWorkers();
  const servers = await openServers(setting.env);
  const figures: Record<string, Figure[]> = { sweep: [], spends: [], mixed: [], single: [] };
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      process.stderr.write(`round ${round + 1} of ${ROUNDS}\n`);
      const swept = await onFreshGround(servers, (ground) =>
        runContender('a', ground, { folder: build.folder, watchdog: setting.watchdog }),
      );
      figures.sweep?.push({
        perSecond: swept.accountsPerSecond,
        cpuMicroseconds: swept.cpuMicrosecondsPerAccount,
      });
      figures.spends?.push(await onFreshGround(servers, (ground, ids) => importAll(ground, 'spends', ids)));
      figures.single?.push(await onFreshGround(servers, (ground, ids) => oneByOne(ground, ids)));
      figures.mixed?.push(await onFreshGround(servers, (ground, ids) => importAll(ground, 'mixed', ids)));
    }
  } finally {
    await servers.close();
    build.remove();
  }
  const rate = (name: string): number => middle(figures[name] ?? [], (one) => one.perSecond);
  const medians = Object.fromEntries(Object.entries(figures).map(([name, all]) => [name, summed(all)]));
  const host = hostFacts(servers.version, loadBefore, false);
  const asks: Ask[] = [
    { what: 'single spends a second, on an idle machine', value: rate('spends'), atLeast: SPENDS_PER_SECOND },
    { what: 'spends ÷ one transaction per event', value: rate('spends') / rate('single'), atLeast: 3 },
    { what: 'mixed ÷ one transaction per event', value: rate('mixed') / rate('single'), atLeast: 3 },
    { what: "spends ÷ the sweep's accounts", value: rate('spends') / rate('sweep'), atLeast: 0.5 },
    { what: "mixed ÷ the sweep's accounts", value: rate('mixed') / rate('sweep'), atLeast: 0.5 },
  ];
  tell(`${host.processors} processors (${host.model}), ${host.servers}, Node ${host.node}`);
  for (const [name, { perSecond, cpuMicroseconds, byProcess = {}, busyElsewhere }] of Object.entries(
    medians,
  )) {
    const parts = Object.entries(byProcess).map(([process, used]) => `${process} ${used}`);
    const of =
      parts.length > 0 ? ` (${parts.join(' + ')}); others kept ${busyElsewhere} processors busy` : '';
    tell(`${name.padEnd(8)} ${perSecond}/s, ${cpuMicroseconds} CPU-µs each${of}`);
  }
  for (const { what, value, atLeast } of asks)
    tell(`${value >= atLeast ? 'holds ' : 'MISSED'}  ${what}: ${shown(value)} (at least ${shown(atLeast)})`);
  process.stdout.write(
    `${JSON.stringify({ events: EVENTS, accounts: ACCOUNTS, rounds: ROUNDS, host, medians, asks }, null, 2)}\n`,
  );
  return 0;
}

const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const shown = (value: number): string =>
  value >= 1_000 ? Math.round(value).toLocaleString('en') : value.toFixed(2);

process.exitCode = await withThrowAwayServers(bench);
setTimeout(() => process.exit(), 500).unref();
