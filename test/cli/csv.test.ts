import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCsvRows } from '../../src/cli/csv.ts';
import { linesOf } from '../../src/cli/lines.ts';
import type { SourceRow } from '../../src/operations/accounts/import-accounts.ts';

const folder = mkdtempSync(join(tmpdir(), 'connects-csv-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(content: string | Buffer): string {
  const file = join(folder, 'f.csv');
  writeFileSync(file, content);
  return file;
}

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const found: Value[] = [];
  for await (const one of values) found.push(one);
  return found;
}

const read = (content: string | Buffer): Promise<SourceRow[]> =>
  all(readCsvRows(fileOf(content), ['id', 'email', 'note'], ['note', 'error']));

const good = (line: number, id: string, email: string) => ({
  line,
  raw: expect.any(String) as string,
  cells: { id, email },
  faults: [],
});

describe('rows of a CSV file', () => {
  test.each<[string, string]>([
    ['LF', 'id,email\na,b\nc,d\n'],
    ['CRLF', 'id,email\r\na,b\r\nc,d\r\n'],
    ['CR', 'id,email\ra,b\rc,d\r'],
    ['no last line end', 'id,email\na,b\nc,d'],
    ['a byte order mark', '\uFEFFid,email\na,b\nc,d\n'],
    ['quotes', '"id","email"\n"a","b"\n"c",d\n'],
    ['spaces around cells', ' id , email\n a ,\tb\n"c" , "d"\n'],
  ])('are read with %s', async (_name, content) => {
    expect(await read(content)).toEqual([good(2, 'a', 'b'), good(3, 'c', 'd')]);
  });

  test('may hold commas and quotes within quotes', async () => {
    expect(await read('id,email\na,"x, ""y"" z"\n')).toEqual([good(2, 'a', 'x, "y" z')]);
  });

  test('have the line on which they begin, also after blank lines and cells of several lines', async () => {
    const rows = await read('id,email\n\na,b\n,\n"c","d\ne\nf"\ng,h\n');
    expect(rows).toEqual([good(3, 'a', 'b'), good(5, 'c', 'd\ne\nf'), good(8, 'g', 'h')]);
  });

  test('are faulty with too few or too many cells', async () => {
    const rows = await read('id,email\na\nb,c,d\ne,f\n');
    expect(rows.map((row) => [row.line, ...row.faults.map((fault) => fault.what)])).toEqual([
      [2, 'expected 2 cells, as in the header, and found 1'],
      [3, 'expected 2 cells, as in the header, and found 3'],
      [4],
    ]);
  });

  test.each([
    ['a quote that never closes', '"a,b'],
    ['text after a quote', '"a"x,b'],
    ['a quote inside a cell', 'a"a,b'],
    ['two quotes inside a cell', 'a"b"c,d'],
  ])('with %s cost their own line only, and are kept as they were', async (_name, broken) => {
    const rows = await read(`id,email\na,b\n${broken}\nc,d\ne,"f"\n`);
    expect(rows.map((row) => row.line)).toEqual([2, 3, 4, 5]);
    expect(rows[1]).toEqual({
      line: 3,
      raw: `${broken}\n`,
      cells: { id: '', email: '' },
      faults: [{ where: '(row)', what: expect.stringContaining('expected quotes around whole cells only') }],
    });
    expect(rows.slice(2)).toEqual([good(4, 'c', 'd'), good(5, 'e', 'f')]);
  });

  test('after a quote that never closes are all read, however many they are', async () => {
    const many = Array.from({ length: 1_000 }, (_, index) => `r${index},x`);
    const rows = await read(['id,email', '"open,x', ...many].join('\n'));
    expect(rows).toHaveLength(1_001);
    expect(rows.filter((row) => row.faults.length > 0).map((row) => row.line)).toEqual([2]);
    expect(rows.at(-1)).toEqual(good(1_002, 'r999', 'x'));
  });

  test('that are no UTF-8 are faulty', async () => {
    const rows = await read(
      Buffer.concat([Buffer.from('id,email\na,'), Buffer.from([0xff, 0xfe]), Buffer.from('\nb,ü\n')]),
    );
    expect(rows[0]?.faults).toEqual([{ where: 'email', what: 'expected UTF-8 text' }]);
    expect(rows[1]).toEqual(good(3, 'b', 'ü'));
  });

  test('may hold U+FFFD itself', async () => {
    expect(await read('id,email\na,\uFFFD\n')).toEqual([good(2, 'a', '\uFFFD')]);
  });

  test.each<[what: string, raw: string | Buffer]>([
    ['too many cells', ' a , b ,c,,d\r\n'],
    ['too few', 'a\n'],
    ['a cell of several lines', '"a\r\nb",c\r\n'],
    ['an open quote', '"a,b\r\n'],
    ['no line end', 'a, b'],
    ['other bytes', Buffer.from([0x61, 0x2c, 0xff, 0x0d, 0x0a])],
  ])('are given as they stand in the file: %s', async (_what, raw) => {
    const rows = await read(Buffer.concat([Buffer.from('\uFEFFid,email\r\n'), Buffer.from(raw)]));
    expect(rows.map((row) => row.raw)).toEqual([raw]);
  });

  test('are the same wherever the file is cut into pieces', async () => {
    const text = Array.from({ length: 30_000 }, (_, index) => `ä${index},"e,${index}"`).join('\r\n');
    const rows = await read(`id,email\r\n${text}`);
    expect(rows).toHaveLength(30_000);
    expect(rows.every((row, index) => row.cells.id === `ä${index}` && row.cells.email === `e,${index}`)).toBe(
      true,
    );
    expect(rows.at(-1)?.line).toBe(30_001);
  });
});

describe('a file that cannot be rows at all', () => {
  test.each<[name: string, content: string | Buffer, said: string]>([
    ['is empty', '', 'is empty: expected a header id,email'],
    ['has blank lines only', '\n\n', 'is empty: expected a header id,email'],
    ['lacks a column', 'id\n', ', line 1: expected the header id,email: it lacks email'],
    ['has an unknown one', 'id,email,phone\n', 'it has the unknown phone'],
    ['has one without a name', 'id,email,\n', 'it has the unknown (a column without a name)'],
    ['repeats one', 'id,email,id\n', 'it repeats id'],
    ['has several faults', 'id,id,x\n', 'it lacks email; it has the unknown x; it repeats id'],
    ['has no header', 'a,b\n', 'it lacks id, email; it has the unknown a, b'],
    ['has semicolons', 'id;email\n', 'cells are separated by commas here'],
    ['has tabs', 'id\temail\n', 'cells are separated by commas here'],
    [
      'is UTF-16',
      Buffer.from('\uFEFFid,email\n', 'utf16le'),
      'is UTF-16: expected UTF-8; save it again as UTF-8',
    ],
    [
      'has a line without end',
      `id,email\n${'x'.repeat(2_000_000)}`,
      'line 2: expected at most 1048576 characters',
    ],
  ])('one that %s', async (_name, content, said) => {
    await expect(read(content)).rejects.toThrow(said);
  });

  test('names the columns that may be left out neither as lacking nor as unknown', async () => {
    expect(await read('id,email,note,error\na,b,c,d\n')).toHaveLength(1);
  });

  test.each([
    ['/nonexistent/f.csv', 'there is no such file'],
    [folder, 'is a folder: expected a file'],
    ['/etc/passwd/f.csv', 'a part of its path is not a folder'],
    [`/${'x'.repeat(300)}`, 'its name is too long'],
  ])('%s', async (file, said) => {
    await expect(all(readCsvRows(file, ['id'], []))).rejects.toThrow(said);
  });
});

test('a line ends at a line end and nowhere else', async () => {
  expect(await all(linesOf(fileOf('a\u2028b\u0085c\r\n\rd\n')))).toEqual([
    { line: 1, text: 'a\u2028b\u0085c', end: '\r\n' },
    { line: 2, text: '', end: '\r' },
    { line: 3, text: 'd', end: '\n' },
  ]);
});
