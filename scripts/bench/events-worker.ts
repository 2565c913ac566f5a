/**
 * Imports or records events in a process of its own, compiled as it is shipped, and says on stdout what that cost.
 *
 *   node events-worker.js spends|mixed|single PIDS      PIDS: of the servers, by name, as JSON
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, composeApp } from '../../src/app.ts';
import { readSourceLines } from '../../src/cli/files.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { selectRows } from '../../src/db/query.ts';
import { parseEvent } from '../../src/domain/events/events.ts';
import { createLog } from '../../src/log.ts';
import { type EventsImport, importEvents } from '../../src/operations/events/import-events.ts';
import { recordEvents } from '../../src/operations/events/record-events.ts';
import { startCounting } from './measuring.ts';

const EVENTS = 100_000;
/** One transaction per event is slow: so many are enough to know its rate. */
const SINGLE_EVENTS = 5_000;
/** Transactions in flight at once, as many as a pool of connections allows. */
const SINGLE_IN_FLIGHT = 8;

type Mix = 'spends' | 'mixed';

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

async function counted(count: number, work: () => Promise<unknown>): Promise<object> {
  const stopCounting = startCounting({ ...pids, import: process.pid });
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

/** Both passes of the import, as an operator sees it, by the product's own reader. */
async function importAll({ recordDeps }: App, mix: Mix, accounts: readonly string[]): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'connects-events-'));
  const file = join(folder, 'events.ndjson');
  const lines = generateEvents(accounts, mix, EVENTS).map((event) => `${JSON.stringify(event)}\n`);
  writeFileSync(file, lines.join(''));
  const asked: EventsImport = {
    lines: () => readSourceLines(file),
    source: file,
    skipInvalid: false,
    notify: 'none',
    actor: 'bench',
  };
  try {
    return await counted(EVENTS, async () => {
      const imported = await importEvents(recordDeps, asked);
      if (imported.outcome !== 'imported' || imported.bad.length > 0)
        throw new Error('the import went wrong');
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function oneByOne({ recordDeps }: App, accounts: readonly string[]): Promise<object> {
  const parsed = generateEvents(accounts, 'spends', SINGLE_EVENTS).map((event) => parseEvent(event));
  const left = parsed.flatMap((one) => (one.ok ? [one.event] : []));
  return counted(left.length, async () => {
    const work = async (): Promise<void> => {
      for (let event = left.pop(); event; event = left.pop()) await recordEvents(recordDeps, [event], 'none');
    };
    await Promise.all(Array.from({ length: SINGLE_IN_FLIGHT }, work));
  });
}

const [what, given = '{}'] = process.argv.slice(2);
const pids = JSON.parse(given) as Readonly<Record<string, number>>;
const app = composeApp(parseConfig(process.env), systemClock, createLog('error'));
try {
  const rows = await selectRows<{ id: string }>(app.db, 'SELECT id FROM accounts ORDER BY id');
  const ids = rows.map((row) => row.id);
  const figure = await (what === 'single' ? oneByOne(app, ids) : importAll(app, what as Mix, ids));
  process.stdout.write(JSON.stringify(figure));
} finally {
  await app.close();
}
