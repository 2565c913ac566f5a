/** Ten thousand malformed events: every one is told, none crashes anything, and nothing changes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { readSourceLines } from '../../../src/cli/files.ts';
import { type EventsImported, importEvents } from '../../../src/operations/events/import-events.ts';
import { importRows } from '../../support/accounts.ts';
import { type Installation, install } from '../../support/installation.ts';
import { checksumOf } from '../../support/whole-account.ts';

const LINES = 500;
const FILES = 20;

let installation: Installation;
let folder: string;
beforeAll(async () => {
  installation = await install();
  folder = await mkdtemp(join(tmpdir(), 'connects-malformed-'));
  await importRows(installation.app, [
    { id: 'a1', openingBalance: 500 },
    { id: '__proto__', openingBalance: 5 },
  ]);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await installation.remove();
});

/** Good events, one of each shape, and what each of their own fields is. */
const good: readonly (readonly [Record<string, unknown>, Record<string, Kind>])[] = [
  [{ type: 'connects.spent', amount: 6 }, { amount: 'amount' }],
  [{ type: 'connects.purchased', amount: 20 }, { amount: 'amount' }],
  [
    { type: 'proposal.submitted', proposal: 'p', connects: 4 },
    { proposal: 'id', connects: 'amount' },
  ],
  [
    { type: 'connects.returned', amount: 6, proposal: 'p' },
    { amount: 'amount', proposal: 'id' },
  ],
  [
    { type: 'interview.requested', interview: 'i', proposal: 'p' },
    { interview: 'id', proposal: 'id' },
  ],
  [{ type: 'interview.replied', interview: 'i' }, { interview: 'id' }],
  [{ type: 'payment.failed', cycleOn: '2021-03-01' }, { cycleOn: 'date' }],
  [{ type: 'account.zone-changed', zone: 'Europe/Berlin' }, { zone: 'zone' }],
  [{ type: 'account.contact-changed', email: 'a1@example.test' }, { email: 'email' }],
  [{ type: 'account.locale-changed', locale: 'es-MX' }, { locale: 'locale' }],
  [
    { type: 'balance.adjusted', amount: -5, reason: 'sorry' },
    { amount: 'signed amount', reason: 'reason' },
  ],
  [
    { type: 'account.opened', kind: 'freelancer', plan: 'basic', email: 'new@example.test', zone: 'UTC' },
    { kind: 'choice', plan: 'choice', email: 'email', zone: 'zone' },
  ],
  [{ type: 'plan.upgraded' }, {}],
  [{ type: 'account.closed' }, {}],
];

type Kind =
  'id' | 'instant' | 'amount' | 'signed amount' | 'date' | 'zone' | 'locale' | 'email' | 'reason' | 'choice';
const common: Record<string, Kind> = { id: 'id', account: 'id', at: 'instant', type: 'choice' };

const nested = (depth: number): unknown => {
  let value: unknown = 'deep';
  for (let n = 0; n < depth; n += 1) value = n % 2 === 0 ? [value] : { __proto__: null, value };
  return value;
};

/** Of no field's kind. Text has a snowman in it, which nothing but a reason may hold. */
const rubbish = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    [],
    {},
    [[]],
    [1],
    { value: 1 },
    [null],
    1.5,
    -0.1,
    1e308,
    -1e308,
  ),
  fc.constantFrom<unknown>(
    '',
    ' ',
    'e1 ',
    '☃',
    '\u0000',
    'a\u0000b',
    '\uD800',
    '‮gnp.exe',
    "'; DROP TABLE events; --",
  ),
  fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => `${text}☃`),
  fc.integer({ min: 101, max: 5_000 }).map((length) => 'x'.repeat(length)),
  fc.constantFrom(1, 50, 2_000).map(nested),
  fc.jsonValue().filter((value) => typeof value === 'object' && value !== null),
);

const rubbishOf: Record<Kind, fc.Arbitrary<unknown>> = {
  id: rubbish,
  instant: fc.oneof(
    rubbish,
    fc.constantFrom('2021-01-01', '2021-02-30T00:00:00Z', '2021-01-01T00:00:00', '2021-01-01T25:00:00Z'),
    fc.constantFrom<unknown>(
      '3021-01-01T00:00:00Z',
      '0000-01-01T00:00:00Z',
      1_612_137_600_000,
      '2999-12-31T00:00:00Z',
    ),
  ),
  amount: fc.oneof(rubbish, fc.constantFrom<unknown>(0, -1, 1_000_001, 2 ** 53, '6', '1e3', 6.0001, -0)),
  'signed amount': fc.oneof(rubbish, fc.constantFrom<unknown>(0, -1_000_001, 1_000_001, '-5', -5.5, -0)),
  date: fc.oneof(
    rubbish,
    fc.constantFrom('2021-02-30', '2021-2-3', '21-02-03', '2021-02-03T00:00:00Z', '9999-01-01'),
  ),
  zone: fc.oneof(rubbish, fc.constantFrom('Mars/Olympus', 'local', 'UTC+3', '+05:30', '__proto__', 'Etc')),
  locale: fc.oneof(rubbish, fc.constantFrom('es_MX', 'español', 'e', 'es-', '-es', '__proto__')),
  email: fc.oneof(
    rubbish,
    fc.constantFrom(
      'nobody',
      'a@b@c',
      'a@example.test\r\nBcc: b@example.test',
      '<a@example.test>',
      'a@-b.test',
      'a b@c.d',
    ),
  ),
  reason: fc.oneof(
    rubbish.filter((value) => typeof value !== 'string' || value === ''),
    fc.integer({ min: 501, max: 3_000 }).map((length) => '☃'.repeat(length)),
  ),
  choice: fc.oneof(
    rubbish,
    fc.constantFrom('__proto__', 'constructor', 'toString', 'Basic', 'connects.Spent', 'sweep'),
  ),
};

const base = { id: 'bad-1', account: 'a1', at: '2021-02-10T10:00:00Z' };

/** A good event with one field that is missing or not of its kind; keys of every object's prototype come along. */
const mutated = fc
  .constantFrom(...good)
  .chain(([event, kinds]) =>
    fc.constantFrom(...Object.entries({ ...common, ...kinds })).chain(([name, kind]) =>
      fc.record({
        event: fc.constant<Record<string, unknown>>({ ...base, ...event }),
        name: fc.constant(name),
        isMissing: fc.integer({ min: 0, max: 5 }).map((n) => n === 0 && !isOptional(name, event)),
        value: rubbishOf[kind],
        polluted: fc.boolean(),
      }),
    ),
  )
  .map(({ event, name, isMissing, value, polluted }) => {
    const { [name]: _old, ...others } = event;
    const text = JSON.stringify(isMissing ? others : { ...others, [name]: value });
    return polluted
      ? text.replace('{', '{"__proto__":{"amount":1,"id":"e1"},"constructor":{"prototype":{"x":1}},')
      : text;
  });

const isOptional = (name: string, { type }: Record<string, unknown>): boolean =>
  name === 'zone' ? type === 'account.opened' : name === 'proposal' && type !== 'proposal.submitted';

const whole = JSON.stringify({ ...base, type: 'connects.spent', amount: 6 });

/** Lines that hold no event at all. */
const noEvents = fc.oneof(
  fc.integer({ min: 1, max: whole.length - 1 }).map((length) => whole.slice(0, length)),
  fc.constantFrom(
    'null',
    '[]',
    '{}',
    '"e1"',
    '42',
    '1e999',
    '[{}]',
    'undefined',
    'NaN',
    '{"id":}',
    "{'id':'e1'}",
    '{}{}',
  ),
  fc.constant(`[${whole}]`),
  fc.constant(`${whole}${whole}`),
  fc.constantFrom('a', '[', '{"a":').map((text) => text.repeat(20_000)),
  fc.constant(JSON.stringify({ ...base, type: 'connects.spent', amount: 6, note: 'x'.repeat(70_000) })),
  fc.constant(whole.replace('a1', '\uFFFD')),
  fc.jsonValue().map((value) => JSON.stringify(value)),
);

const badLines = fc.array(fc.oneof({ weight: 9, arbitrary: mutated }, noEvents), {
  minLength: LINES,
  maxLength: LINES,
  size: 'max',
});

async function importLines(lines: readonly string[], skipInvalid: boolean): Promise<EventsImported> {
  const file = join(folder, 'events.ndjson');
  await writeFile(file, `${lines.join('\n')}\n`);
  return importEvents(installation.app.recordDeps, {
    lines: () => readSourceLines(file),
    skipInvalid,
    notify: 'digest',
  });
}

it('malformed events are all told, crash nothing and change nothing', async () => {
  const before = await checksumOf(installation.db);
  await fc.assert(
    fc.asyncProperty(badLines, fc.boolean(), async (lines, skipInvalid) => {
      const imported = await importLines(lines, skipInvalid);
      expect(imported).toMatchObject({
        outcome: skipInvalid ? 'imported' : 'refused',
        applied: 0,
        refused: 0,
        waiting: 0,
      });
      const bad = new Set(imported.bad.map(({ line }) => line));
      expect(lines.filter((_, index) => !bad.has(index + 1))).toEqual([]);
      expect(
        imported.bad.filter(({ faults }) => faults.length === 0 || faults.some(({ what }) => what === '')),
      ).toEqual([]);
      expect(({} as { amount?: number }).amount).toBeUndefined();
    }),
    { numRuns: FILES, endOnFailure: true },
  );
  expect(await checksumOf(installation.db)).toBe(before);
});

it('each is told by its line, its field and what was expected', async () => {
  const told = (line: Record<string, unknown>): Promise<unknown> =>
    importLines([JSON.stringify({ ...base, ...line })], false).then(({ bad }) =>
      bad.flatMap((one) => one.faults.map(({ where, what }) => `line ${one.line}, ${where}: ${what}`)),
    );
  const spent = { type: 'connects.spent' };
  expect(await told({ ...spent, amount: 0 })).toEqual([
    'line 1, amount: expected a whole number from 1 to 1000000',
  ]);
  expect(await told({ ...spent })).toEqual(['line 1, amount: expected a whole number from 1 to 1000000']);
  expect(await told({ ...spent, amount: 1, account: 'a2' })).toEqual([
    'line 1, account: expected an account that is known: a2 is not',
  ]);
  expect(await told({ ...spent, amount: 1, id: 'a b' })).toEqual([
    'line 1, id: expected 1 to 100 of A-Z a-z 0-9 . _ -',
  ]);
  expect(await told({ type: 'connects.burnt' })).toEqual([
    expect.stringMatching(/^line 1, type: expected one of account/),
  ]);
  expect(await told({ type: 'account.zone-changed', zone: 'Mars/Olympus', at: 'now' })).toEqual([
    expect.stringMatching(/^line 1, at: expected an instant such as/),
    'line 1, zone: expected a known IANA time zone such as Europe/Berlin',
  ]);
  const ahead = new Date(Date.now() + 6 * 60_000).toISOString();
  expect(await told({ ...spent, amount: 1, at: ahead })).toEqual([
    expect.stringMatching(/^line 1, at: expected an instant not more than five minutes after 2/),
  ]);
  expect(await told({ ...spent, amount: 1, at: new Date(Date.now() + 4 * 60_000).toISOString() })).toEqual(
    [],
  );
});
