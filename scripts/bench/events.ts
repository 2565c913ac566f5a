/**
 * `npm run bench:events [-- ROUNDS]`: events from a file, single spends and a mixed file, against one transaction per event and
 * against the accounts per second of the product's own sweep, taking turns on the same machine. Medians, each beside
 * what is asked; JSON on stdout, a table on stderr. Events are recorded by processes that are compiled as they are shipped:
 * see events-worker.ts.
 *
 * One thing asked is a rate and no ratio: it is of an idle machine, so the machine is named beside it, and how busy others
 * kept it meanwhile.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildWorkers } from './build.ts';
import { runContender } from './contenders.ts';
import { type Ground, openServers, prepareGround } from './ground.ts';
import { currentLoad, hostFacts } from './host-facts.ts';
import { median } from './measuring.ts';
import { type ThrowAwaySetting, withThrowAwayServers } from '../servers/throw-away.ts';

const ROUNDS = Number(process.argv[2] ?? 3);
const ACCOUNTS = 10_000;

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

/** In a process of its own, as an operator has it: the compiler of this one would take a part of every event's time. */
async function record(
  what: 'spends' | 'mixed' | 'single',
  { servers, env }: Ground,
  { folder, watchdog }: { folder: string; watchdog: ThrowAwaySetting['watchdog'] },
): Promise<Figure> {
  const worker = join(folder, 'scripts', 'bench', 'events-worker.js');
  const run = promisify(execFile)(process.execPath, [worker, what, JSON.stringify(servers.pids)], { env });
  if (run.child.pid !== undefined) watchdog.watch(run.child.pid);
  return JSON.parse((await run).stdout) as Figure;
}

async function onFreshGround<Result>(
  servers: Awaited<ReturnType<typeof openServers>>,
  work: (ground: Ground) => Promise<Result>,
): Promise<Result> {
  const ground = await prepareGround(servers, ACCOUNTS);
  try {
    return await work(ground);
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
  const by = { folder: build.folder, watchdog: setting.watchdog };
  const servers = await openServers(setting.env);
  const figures: Record<string, Figure[]> = { sweep: [], spends: [], mixed: [], single: [] };
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      process.stderr.write(`round ${round + 1} of ${ROUNDS}\n`);
      const swept = await onFreshGround(servers, (ground) => runContender('a', ground, by));
      figures.sweep?.push({
        perSecond: swept.accountsPerSecond,
        cpuMicroseconds: swept.cpuMicrosecondsPerAccount,
      });
      for (const what of ['spends', 'single', 'mixed'] as const)
        figures[what]?.push(await onFreshGround(servers, (ground) => record(what, ground, by)));
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
    `${JSON.stringify({ accounts: ACCOUNTS, rounds: ROUNDS, host, medians, asks }, null, 2)}\n`,
  );
  return 0;
}

const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const shown = (value: number): string =>
  value >= 1_000 ? Math.round(value).toLocaleString('en') : value.toFixed(2);

process.exitCode = await withThrowAwayServers(bench);
setTimeout(() => process.exit(), 500).unref();
