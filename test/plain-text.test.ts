import { createLog } from '../src/log.ts';
import { plainLine, plainText } from '../src/plain-text.ts';

const STEERING: [what: string, character: string, shown: string][] = [
  ['an escape', '\u001B', '\\u001b'],
  ['a bell', '\u0007', '\\u0007'],
  ['a carriage return', '\r', '\\u000d'],
  ['a form feed', '\f', '\\u000c'],
  ['NUL', '\0', '\\u0000'],
  ['DEL', '\u007F', '\\u007f'],
  ['a C1 sequence introducer', '\u009B', '\\u009b'],
  ['NEL', '\u0085', '\\u0085'],
  ['a right-to-left override', '\u202E', '\\u202e'],
  ['an isolate', '\u2066', '\\u2066'],
  ['an Arabic letter mark', '\u061C', '\\u061c'],
  ['a right-to-left mark', '\u200F', '\\u200f'],
  ['a line separator', '\u2028', '\\u2028'],
  ['a paragraph separator', '\u2029', '\\u2029'],
  ['a zero-width space', '\u200B', '\\u200b'],
  ['a byte order mark', '\uFEFF', '\\ufeff'],
  ['a tag', '\u{E0041}', '\\udb40\\udc41'],
  ['half a character', '\uD83D', '\\ud83d'],
  ['the other half', '\uDE00', '\\ude00'],
];

test.each(STEERING)('%s is shown by its number, and in JSON stays what it is', (_what, character, shown) => {
  expect(plainText(`a${character}b`)).toBe(`a${shown}b`);
  const json = plainText(JSON.stringify({ text: `a${character}b` }));
  expect(json).not.toContain(character);
  expect(JSON.parse(json)).toEqual({ text: `a${character}b` });
});

test.each(['Zoë 😀', 'é', 'שלום', 'مرحبا', '👩‍👩‍👧', '\\u001b', '“…”', 'a\u00A0b', '\uFFFD'])(
  '%j is text',
  (text) => {
    expect(plainLine(text)).toBe(text);
  },
);

test('line ends and tabs stay in a text, and leave a line', () => {
  expect(plainText('a\n\tb')).toBe('a\n\tb');
  expect(plainLine('a\n\tb')).toBe('a\\u000a\\u0009b');
});

test('a line of the log is one line, whatever was said', () => {
  let written = '';
  const log = createLog('warn', { write: (line) => void (written += line) });
  const said = `550 no\u202E\u2028{"level":60}\n\u009B2J${'\uD83D'}`;
  log.warn({ said }, said);
  expect(written).toMatch(/^[\x20-\x7E]+\n$/);
  expect(JSON.parse(written)).toMatchObject({ msg: said, said });
});
