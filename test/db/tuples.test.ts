/** Rows as the text of an INSERT: what the database keeps is what was given, however it is cut. */
import fc from 'fast-check';
import { execute, insertRows, selectRows } from '../../src/db/query.ts';
import { type Cell, packTuples } from '../../src/db/tuples.ts';
import { type Installation, install } from '../support/installation.ts';

/** Of one statement, in bytes. */
const STATEMENT_MAX = 300_000;

describe('rows as text', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await install();
    await execute(
      installation.db,
      `CREATE TABLE cells (n INT PRIMARY KEY, words MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
         number DOUBLE, flag TINYINT)`,
    );
  });
  afterAll(() => installation.remove());

  const anyText = fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      "'",
      '\\',
      "\\'",
      '"',
      '\0',
      '\n',
      '\u001a',
      '%',
      '?',
      '',
      "'); DROP TABLE cells; --",
      '🙂',
    ),
  );
  const anyRow = fc.tuple(
    fc.option(anyText),
    fc.oneof(
      fc.integer(),
      fc.integer().map((n) => n / 4),
      fc.constant(null),
    ),
    fc.boolean(),
  );

  it('are kept as they were given', async () => {
    const { db } = installation;
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { maxLength: 40 }), async (given) => {
        await execute(db, 'DELETE FROM cells');
        const rows = given.map((cells, n) => [n, ...cells]);
        expect(await insertRows(db, 'cells', ['n', 'words', 'number', 'flag'], rows)).toBe(rows.length);
        const kept = await selectRows<{
          n: number;
          words: string | null;
          number: number | null;
          flag: number;
        }>(db, 'SELECT n, words, number, flag FROM cells ORDER BY n');
        expect(kept.map((row) => [row.n, row.words, row.number, row.flag === 1])).toEqual(
          rows.map(([n, words, number, flag]) => [n, words, number, flag]),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('fill each statement, and none beyond what a server takes, in their order', () => {
    const rows = Array.from({ length: 4_000 }, (_, n): Cell[] => [
      n,
      `${n} ${'ü'.repeat(n % 300)}`,
      null,
      true,
    ]);
    const packets = packTuples(rows);
    expect(packets.join(',')).toBe(rows.map(([n, words]) => `(${n},'${String(words)}',null,true)`).join(','));
    const bytes = packets.map((packet) => Buffer.byteLength(packet));
    expect(packets.length).toBe(Math.ceil(bytes.reduce((sum, one) => sum + one) / STATEMENT_MAX));
    expect(Math.max(...bytes)).toBeLessThanOrEqual(STATEMENT_MAX);
    expect(packets.every((packet) => packet.startsWith('(') && packet.endsWith(')'))).toBe(true);
  });

  it('longer than a statement should be go alone, and whole', () => {
    const long = "it's ".repeat(400_000);
    const packets = packTuples([['before'], [long], ['after']]);
    expect(packets).toEqual(["('before')", `('${long.replaceAll("'", "\\'")}')`, "('after')"]);
  });

  it('are none for no rows, and an absent cell is an error', () => {
    expect(packTuples([])).toEqual([]);
    expect(() => packTuples([[1, undefined as never]])).toThrow('a cell is undefined');
  });
});
