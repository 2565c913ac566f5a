import { parseJson } from '../../src/cli/json-text.ts';

test.each<[text: string, line: number, column: number, what: string]>([
  ['', 1, 1, 'it ends too early'],
  ['{', 1, 2, 'it ends too early'],
  ['{"a": "b', 1, 9, 'it ends too early'],
  ['{\n  "a": [1, 2\n', 3, 1, 'it ends too early'],
  ['{\n  "a": [}\n}', 2, 9, 'unexpected "}"'],
  ['{"a" 1}', 1, 6, 'unexpected "1"'],
  ['{"a": 1,}', 1, 9, 'unexpected "}"'],
  ["{'a': 1}", 1, 2, 'unexpected "\'"'],
  ['[1, 2]\n[3]', 2, 1, 'unexpected "["'],
  ['{"a": trie}', 1, 9, 'unexpected "i"'],
  ['{"a": undefined}', 1, 7, 'unexpected "u"'],
  ['{"a": -x}', 1, 8, 'unexpected "x"'],
  ['{"a": 1.x}', 1, 9, 'unexpected "x"'],
  ['{"a": 01}', 1, 8, 'unexpected "1"'],
  ['{"a": "\\q"}', 1, 9, 'unexpected "q"'],
  ['{"a": "tab\there"}', 1, 11, 'unexpected "\\t"'],
  [`[${'{"a":[1,2,{"b":"c"}]},'.repeat(5_000)}?]`, 1, 110_002, 'unexpected "?"'],
])('what is wrong with %j is at line %i, column %i: %s', (text, line, column, what) => {
  expect(parseJson(text)).toEqual({ ok: false, line, column, what });
});

test.each(['null', '7', ' {"a": [1, "\\u00e4"]}\n'])('%j is good', (text) => {
  expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) as unknown });
});
