/** The audit log page by page, and what differs between two states that it holds. */
import { execute } from '../../src/db/query.ts';
import type { AuditFilter } from '../../src/ledger/audit-log.ts';
import { LOOKED_MAX, readChanges } from '../../src/reports/changes.ts';
import { differencesOf } from '../../src/reports/differences.ts';
import { type Installation, install } from '../support/installation.ts';

const ROWS = 2 * LOOKED_MAX + 3_000;
const START = Date.parse('2021-01-01T00:00:00Z');

describe('pages of the audit log', () => {
  let installation: Installation;
  /** The first row of ours: rows of the installation itself come before it. */
  let first: number;

  beforeAll(async () => {
    installation = await install();
    await execute(installation.db, 'DELETE FROM audit_log');
    const rows = Array.from({ length: ROWS }, (_, at) => [
      new Date(START + at * 60_000),
      at % 10_000 === 17 ? 'rare' : 'often',
      at % 2 === 0 ? 'run.note' : 'run.stop',
      `run:${at % 100}`,
    ]);
    for (let from = 0; from < ROWS; from += 1_000)
      await execute(
        installation.db,
        `INSERT INTO audit_log (at, actor, action, target)
          VALUES ${rows
            .slice(from, from + 1_000)
            .map(() => '(?, ?, ?, ?)')
            .join(', ')}`,
        rows.slice(from, from + 1_000).flat() as never,
      );
    const { rows: latest } = await readChanges(installation.db, {}, { limit: 1 });
    first = (latest[0]?.id ?? 0) - ROWS + 1;
  });
  afterAll(() => installation.remove());

  async function readAll(filter: AuditFilter, limit: number): Promise<{ places: number[]; pages: number }> {
    const places: number[] = [];
    let before: number | undefined;
    for (let pages = 1; ; pages += 1) {
      const page = await readChanges(installation.db, filter, { limit, before });
      places.push(...page.rows.map((row) => row.id - first));
      if (page.nextBefore === null) return { places, pages };
      before = page.nextBefore;
    }
  }

  it('whoever changed little is found however far back, a bounded stretch at a time', async () => {
    const { places, pages } = await readAll({ actor: 'rare' }, 50);
    expect(places).toEqual([40_017, 30_017, 20_017, 10_017, 17]);
    expect(pages).toBe(Math.ceil(ROWS / LOOKED_MAX));
  });

  it('what is of one target is found at once, and pages end where it does', async () => {
    const { places, pages } = await readAll({ target: 'run:42' }, 100);
    expect(places).toEqual(Array.from({ length: ROWS / 100 }, (_, at) => ROWS - 58 - at * 100));
    expect(pages).toBe(Math.ceil(ROWS / 100 / 100));
  });

  it('a time long ago is begun with, and nothing before it is looked at', async () => {
    const since = START + 5_000 * 60_000;
    const { places, pages } = await readAll({ since, until: since + 10 * 60_000, actor: 'often' }, 50);
    expect(places).toEqual(Array.from({ length: 10 }, (_, at) => 5_009 - at));
    expect(pages).toBeLessThanOrEqual(2);
    const late = await readAll({ since: START + (ROWS - 3) * 60_000 }, 50);
    expect(late).toEqual({ places: [ROWS - 1, ROWS - 2, ROWS - 3], pages: 1 });
  });
});

describe('what differs', () => {
  it('is told place by place, and what is equal is not', () => {
    expect(differencesOf({ a: 1, b: { c: 'x', d: 2 } }, { a: 1, b: { c: 'y', d: 2 }, e: true })).toEqual([
      { where: 'b.c', before: 'x', after: 'y' },
      { where: 'e', before: undefined, after: 'true' },
    ]);
  });

  it('of nothing is all that there is, and a plain value differs as a whole', () => {
    expect(differencesOf(null, { held: true })).toEqual([
      { where: 'held', before: undefined, after: 'true' },
    ]);
    expect(differencesOf('old', 'new')).toEqual([{ where: '', before: 'old', after: 'new' }]);
    expect(differencesOf(null, null)).toEqual([]);
  });

  it('has lists of plain values in one line, and what lies very deep as it was written', () => {
    expect(differencesOf({ ids: [1, 2] }, { ids: [1, 2, 3] })).toEqual([
      { where: 'ids', before: '1, 2', after: '1, 2, 3' },
    ]);
    const deep = { a: { b: { c: { d: { e: { f: { g: 1 } } } } } } };
    expect(differencesOf(null, deep)).toEqual([
      { where: 'a.b.c.d.e.f', before: undefined, after: '{"g":1}' },
    ]);
  });
});
