/** Tables, lines and colours of a terminal, and what of them a pipe gets: nothing. */
import fc from 'fast-check';
import stringWidth from 'string-width';
import { folded, wrap } from '../../src/cli/prose.ts';
import { NO_SCREEN, type Words, hasColors, screenOf, toned, writtenOn } from '../../src/cli/screen.ts';
import { shortened } from '../../src/cli/shorten.ts';
import { type Columns, cell, formatTable, layTable, when } from '../../src/cli/table.ts';
import { formatNear } from '../../src/cli/words.ts';

const ESC = String.fromCharCode(27);
const at = (columns: number | null, isColored = false) => ({ columns, isColored });
const plain = (words: Words, columns: number | null = null): string[] =>
  writtenOn(at(columns), words).split('\n');

const ID = 'freelancer-of-a-very-large-agency-with-a-very-long-name-000017';
const NOW = Date.parse('2026-11-30T12:00:00Z');
const COLUMNS: Columns = [
  { name: 'account', cut: 'middle' },
  { name: 'run', drop: 1 },
  { name: 'since (UTC)', drop: 2 },
  'state',
  'granted',
  { name: 'message', cut: 'end', drop: 3, most: 30 },
];
const ROWS = [
  [
    ID,
    '17',
    when(NOW - 3 * 3_600_000),
    cell('good', 'settled'),
    1_234_567,
    'it is said in far more words than have room',
  ],
  ['a1', '4', when(null), cell('act', 'failed'), 0, ''],
];

test('without a terminal counts stand on the right under their heading, ids are whole, and nothing is coloured', () => {
  expect(
    plain(
      formatTable(
        NO_SCREEN,
        ['run', 'due', 'by'],
        [
          ['7', 1_200_000, 'root'],
          ['123', 5, 'someone'],
        ],
      ),
    ),
  ).toEqual([
    'run        due  by',
    '---  ---------  -------',
    '7    1,200,000  root',
    '123          5  someone',
  ]);
  expect(plain(formatTable(NO_SCREEN, ['run', 'due'], []))).toEqual(['run  due', '---  ---']);
  const { words, leftOut } = layTable(NO_SCREEN, COLUMNS, ROWS, { now: NOW });
  expect(leftOut).toEqual([]);
  const text = plain(words).join('\n');
  expect(text).toContain(ID);
  expect(text).toContain('since (UTC)');
  expect(text).toContain('2026-11-30T09:00:00.000Z');
  expect(text).toContain('it is said in far more words …');
});

test('on a terminal a row has room: ids are cut in the middle, the least needed columns go, and times are relative', () => {
  const narrow = layTable(at(60), COLUMNS, ROWS, { now: NOW });
  expect(plain(narrow.words, 60)).toEqual([
    'account                     run  since    state      granted',
    '--------------------------  ---  -------  -------  ---------',
    'freelancer-of…-name-000017  17   3 h ago  settled  1,234,567',
    'a1                          4             failed           0',
  ]);
  expect(narrow.leftOut).toEqual(['message']);
  const wide = layTable(at(200), COLUMNS, ROWS, { now: NOW });
  expect(wide.leftOut).toEqual([]);
  expect(plain(wide.words, 200)[2]).toContain(`${ID}  17   3 h ago`);
  expect(plain(wide.words, 200)[2]).toContain('than have room');
});

test('however narrow, headings stay whole, no line is longer than the terminal while something can go, and colours do not count', () => {
  fc.assert(
    fc.property(fc.integer({ min: 44, max: 220 }), fc.boolean(), (columns, isColored) => {
      const { words, leftOut } = layTable(at(columns, isColored), COLUMNS, ROWS, { now: NOW });
      const lines = writtenOn(at(columns, isColored), words).split('\n');
      for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      const headings = COLUMNS.map((one) => (typeof one === 'string' ? one : one.name));
      const kept = headings.map((one) => one.replace(' (UTC)', '')).filter((one) => !leftOut.includes(one));
      for (const one of kept) expect(lines[0]).toContain(one);
    }),
  );
});

test('many rows are laid out alike', () => {
  const rows = Array.from({ length: 120 }, (_, index) => [`a${index}`, index * 1_000]);
  const lines = plain(formatTable(NO_SCREEN, ['account', 'Connects'], rows));
  expect(lines).toHaveLength(122);
  expect(new Set(lines.map((line) => line.length))).toEqual(new Set([17]));
});

test('what steers a terminal is shown by its number, and only what is ours is a colour', () => {
  const nasty = `x${ESC}[31m`;
  const words = formatTable(at(80, true), ['name'], [[cell('act', nasty)]]);
  const [, , row] = writtenOn(at(80, true), words).split('\n');
  expect(row).toBe(`${ESC}[31mx\\u001b[31m${ESC}[39m`);
  expect(writtenOn(at(null), [nasty, toned('good', nasty)])).toBe('x\\u001b[31mx\\u001b[31m');
});

test.each<[env: Record<string, string>, isTTY: boolean, colored: boolean]>([
  [{}, true, true],
  [{}, false, false],
  [{ TERM: 'dumb' }, true, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
])('with %j and a terminal: %j, --color auto has colours: %j', (env, isTTY, colored) => {
  const out = { isTTY, columns: 120, hasColors: hasColors(env, isTTY) };
  expect(screenOf({ streams: { out }, color: 'auto' })).toEqual(at(isTTY ? 120 : null, colored));
  expect(screenOf({ streams: { out }, color: 'always' }).isColored).toBe(true);
  expect(screenOf({ streams: { out }, color: 'never' }).isColored).toBe(false);
});

test('a line is folded where the terminal ends, below itself, and its ids stay whole', () => {
  const line = ['  accounts  ', toned('good', '3 settled'), `, among them ${ID}, and some more that follow`];
  expect(plain(folded(at(80), line, 12))).toEqual([
    '  accounts  3 settled, among them',
    `            ${ID}, and`,
    '            some more that follow',
  ]);
  expect(plain(folded(at(null), line, 12))).toHaveLength(1);
  expect(writtenOn(at(80, true), folded(at(80), line, 12))).toContain(`${ESC}[32m3 settled${ESC}[39m, among`);
});

test.each([
  [ID, 20, 'middle', 'freelancer…me-000017'],
  [ID, 12, 'end', 'freelancer-…'],
  ['short', 5, 'middle', 'short'],
  ['漢字漢字漢字', 7, 'middle', '漢…漢字'],
] as const)('%s in %i columns, cut at its %s, is %s', (text, width, cut, shown) => {
  expect(shortened(text, width, cut)).toBe(shown);
  expect(stringWidth(shown)).toBeLessThanOrEqual(width);
});

test.each([
  [-45_000, '45 s ago'],
  [-3 * 3_600_000 - 20 * 60_000, '3 h ago'],
  [240_000, 'in 4 min'],
  [-9 * 86_400_000, '9 d ago'],
  [-40 * 86_400_000, '2026-10-21'],
])('%i ms from now is told as %s', (apart, told) => expect(formatNear(NOW + apart, NOW)).toBe(told));

test('prose is no wider than the terminal', () => {
  const lines = wrap('word '.repeat(60), '  ', 40).split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
});
