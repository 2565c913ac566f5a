/** Four hundred accounts and their four months of events: imported, swept, and compared with a model's answers. */
import { readFileSync } from 'node:fs';
import { startWorker } from '../../jobs/start-worker.ts';
import { openRehearsal, rehearse } from '../../src/db/rehearsal.ts';
import { readSourceLines } from '../../src/cli/files.ts';
import {
  type EventsImport,
  type EventsImported,
  importEvents,
} from '../../src/operations/events/import-events.ts';
import { fixture, importFile } from '../support/accounts.ts';
import { readExpected, readExported } from '../support/expected.ts';
import { type Installation, install } from '../support/installation.ts';
import { countOf } from '../support/state.ts';
import { MAY_2021, waitingSweep } from '../support/sweeping.ts';
import { checksumOf } from '../support/whole-account.ts';

const expected = readExpected('fleet-expected.ndjson');
const written = readFileSync(fixture('fleet-events.ndjson'), 'utf8').trim().split('\n');
const lines = written.length;
/** Some events stand there twice, as they were delivered. */
const events = new Set(written.map((line) => (JSON.parse(line) as { id: string }).id)).size;

/** The letters are the quiet fleet's: here nobody waits for them. */
async function sweepWithWorker({ app }: Installation): Promise<void> {
  const worker = startWorker(app);
  try {
    expect(await waitingSweep(app)).toMatchObject({ outcome: 'done', remaining: 0 });
  } finally {
    await worker.stop();
  }
}

describe('a fleet of 400 accounts and their events, swept as of 1 May 2021', () => {
  let installation: Installation;
  let imported: EventsImported;
  const rehearsed: EventsImported[] = [];
  let checksums: string[];

  const importEventsFile = (request: Partial<EventsImport> = {}): Promise<EventsImported> =>
    importEvents(installation.app.recordDeps, {
      lines: () => readSourceLines(fixture('fleet-events.ndjson')),
      skipInvalid: false,
      notify: 'none',
      ...request,
    });

  async function rehearseEventsFile(request: Partial<EventsImport> = {}): Promise<EventsImported> {
    const session = openRehearsal(installation.env.DATABASE_URL as string);
    try {
      return await importEventsFile({ ...request, rehearse: (work) => rehearse(session, work) });
    } finally {
      await session.destroy();
    }
  }

  beforeAll(async () => {
    installation = await install();
    await importFile(installation.app, fixture('fleet-accounts.csv'));
    checksums = [await checksumOf(installation.db)];
    // In one go, and in several.
    for (const rehearsedMax of [20_000, 300]) rehearsed.push(await rehearseEventsFile({ rehearsedMax }));
    checksums.push(await checksumOf(installation.db));
    imported = await importEventsFile();
    await sweepWithWorker(installation);
  });
  afterAll(() => installation.remove());

  it('takes every line of the file', () => {
    expect(imported).toMatchObject({ outcome: 'imported', lines, waiting: 0, bad: [] });
    expect(imported.duplicates).toBe(lines - events);
    expect(imported.applied + imported.refused).toBe(events);
    expect(imported.refused).toBeGreaterThan(0);
  });

  it('is rehearsed with the same counts by a dry run before, which changes nothing', () => {
    expect(rehearsed).toEqual([imported, imported]);
    expect(checksums[1]).toBe(checksums[0]);
  });

  it('has exactly the entries, decisions, balances, plans, statuses and next dates that the model computed', async () => {
    const found = await readExported(installation.db);
    expect(found).toHaveLength(400);
    expect(found).toEqual(expected);
  });

  it('has nothing due at that instant, nothing that failed and nothing that waits', async () => {
    const { db } = installation;
    const asOf = new Date(MAY_2021).toISOString().slice(0, 19);
    expect(await countOf(db, 'SELECT COUNT(*) FROM accounts WHERE next_cycle_at <= ?', [asOf])).toBe(0);
    expect(await countOf(db, 'SELECT COUNT(*) FROM failures')).toBe(0);
    expect(await countOf(db, "SELECT COUNT(*) FROM events WHERE state = 'waiting'")).toBe(0);
  });

  it('keeps every event once, with what became of it', async () => {
    const { db } = installation;
    const count = (state: string): Promise<number> =>
      countOf(db, 'SELECT COUNT(*) FROM events WHERE state = ?', [state]);
    expect([await count('applied'), await count('refused')]).toEqual([imported.applied, imported.refused]);
    expect(await countOf(db, 'SELECT COUNT(*) FROM events WHERE late <> (effective_at > at)')).toBe(0);
  });

  it('changes nothing when the events are imported again, or only looked at', async () => {
    const before = await checksumOf(installation.db);
    expect(await importEventsFile()).toMatchObject({
      outcome: 'imported',
      lines,
      applied: 0,
      duplicates: lines,
    });
    expect(await rehearseEventsFile()).toMatchObject({ applied: 0, duplicates: lines });
    expect(await checksumOf(installation.db)).toBe(before);
  });
});
