import fc from 'fast-check';
import {
  EVENT_TYPES,
  type EventType,
  type MemberEvent,
  contentOf,
  eventSchemas,
  parseEvent,
} from '../../../src/domain/events/events.ts';

const common = { id: 'e1', account: 'a1', at: '2021-03-16T09:00:00Z' };

const faultsOf = (input: unknown): string[] => {
  const parsed = parseEvent(input);
  return parsed.ok ? [] : parsed.faults.map(({ where }) => where);
};

function parsed(input: Record<string, unknown>): MemberEvent {
  const result = parseEvent({ ...common, ...input });
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.event;
}

/** One good event of each type: only the fields of its own. */
const fieldsByType: Readonly<Record<string, Record<string, unknown>>> = {
  'account.opened': {
    kind: 'freelancer',
    plan: 'plus',
    email: 'a1@example.test',
    zone: 'Europe/Berlin',
    locale: 'es',
  },
  'readiness-test.passed': {},
  'plan.upgraded': {},
  'plan.downgraded': {},
  'payment.failed': { cycleOn: '2021-03-16' },
  'account.suspended': {},
  'account.reinstated': {},
  'account.closed': {},
  'account.zone-changed': { zone: 'Asia/Tehran' },
  'account.contact-changed': { email: 'new@example.test' },
  'account.locale-changed': { locale: 'es-MX' },
  'notices.opted-out': {},
  'notices.opted-in': {},
  'connects.spent': { amount: 6 },
  'connects.purchased': { amount: 1_000_000 },
  'proposal.submitted': { proposal: 'p1', connects: 4 },
  'proposal.carried': { proposal: 'p1', connects: 4 },
  'connects.returned': { amount: 4, proposal: 'p1' },
  'interview.requested': { interview: 'i1', proposal: 'p1' },
  'interview.replied': { interview: 'i1' },
  'balance.adjusted': { amount: -5, reason: 'granted twice by hand' },
};

describe('an event', () => {
  test('has one of twenty-one types', () => {
    expect(EVENT_TYPES.toSorted()).toEqual(Object.keys(fieldsByType).toSorted());
  });

  test.each(Object.entries(fieldsByType))('%s is read with its fields, at its instant', (type, fields) => {
    expect(parsed({ type, ...fields })).toEqual({ ...common, type, ...fields, at: Date.parse(common.at) });
  });

  test.each(Object.entries(fieldsByType))('%s needs each field but the optional ones', (type, fields) => {
    const optional = ['zone', 'locale', 'proposal'].filter(
      (field) => type === 'account.opened' || (field === 'proposal' && !type.startsWith('proposal.')),
    );
    const missing = Object.keys({ ...common, ...fields }).filter(
      (field) => faultsOf({ ...common, type, ...fields, [field]: undefined }).join() !== field,
    );
    expect(missing.filter((field) => !optional.includes(field))).toEqual([]);
  });

  test('tells every fault at once, and what was expected', () => {
    const input = { id: 'no spaces', account: '', at: 'yesterday', type: 'connects.spent', amount: '6' };
    expect(parseEvent(input)).toEqual({
      ok: false,
      faults: [
        { where: 'id', what: 'expected 1 to 100 of A-Z a-z 0-9 . _ -' },
        { where: 'account', what: 'expected 1 to 64 of A-Z a-z 0-9 . _ -' },
        { where: 'at', what: expect.stringMatching(/^expected an instant such as/) },
        { where: 'amount', what: 'expected a whole number from 1 to 1000000' },
      ],
    });
  });

  test.each(['connects.stolen', 'sweep', 'toString', undefined, 7, null])('of type %j is unknown', (type) => {
    expect(faultsOf({ ...common, type })).toEqual(['type']);
    expect(faultsOf({ ...common, id: 7, type })).toEqual(['id', 'type']);
  });

  test.each([null, 'e1', 7, [], undefined])('is no %j', (input) =>
    expect(faultsOf(input)).toEqual(['(all)']),
  );

  test.each([
    ['amount', { type: 'connects.spent' }, [0, -1, 1.5, 1_000_001, '6', null, Number.NaN]],
    ['amount', { type: 'balance.adjusted', reason: 'r' }, [0, 0.5, 1_000_001, -1_000_001, null]],
    ['reason', { type: 'balance.adjusted', amount: 1 }, ['', 7, 'x'.repeat(501)]],
    ['connects', { type: 'proposal.submitted', proposal: 'p1' }, [0, -4, 2.5, '4']],
    ['proposal', { type: 'interview.requested', interview: 'i1' }, ['', 'p 1', 7, null, 'p'.repeat(101)]],
    ['zone', { type: 'account.zone-changed' }, ['Mars/Olympus', 'local', '', 7]],
    [
      'locale',
      { type: 'account.locale-changed' },
      ['', 'español', 'es_MX', 'e', 7, null, `es-x${'-abcdefgh'.repeat(4)}`],
    ],
    ['cycleOn', { type: 'payment.failed' }, ['2021-02-30', '2021-3-1', 20210301]],
    ['account', { type: 'plan.upgraded' }, ['a'.repeat(65), 'a:1', 'a1\n', 'ä1']],
    [
      'at',
      { type: 'plan.upgraded' },
      [
        '2021-03-16',
        '2021-03-16T09:00:00',
        1_600_000_000_000,
        '3000-01-01T00:00:00Z',
        '2021-03-16T09:00:00+99:99',
        '2021-03-16T09:00:00-14:01',
        '2021-03-16T24:00:00Z',
      ],
    ],
    [
      'email',
      { type: 'account.contact-changed' },
      [
        'a1',
        'a1@',
        '@example.test',
        'a1@example.test\r\nBcc: x@example.test',
        'a1@example.test\n',
        'a1@example.test,b@example.test',
        'A <a1@example.test>',
        'a 1@example.test',
        `${'a'.repeat(250)}@b.test`,
      ],
    ],
  ])('has no such %s', (field, rest, wrong) => {
    const accepted = wrong.filter(
      (value) => faultsOf({ ...common, ...rest, [field]: value }).join() !== field,
    );
    expect(accepted).toEqual([]);
  });

  test('is read to what its schema says, whatever is in its fields', () => {
    const strange = fc.oneof(
      fc.constantFrom<unknown>(
        undefined,
        null,
        '',
        'x',
        'a b',
        'é',
        '1',
        0,
        1,
        -1,
        1.5,
        1_000_001,
        NaN,
        Infinity,
        {},
        [],
      ),
      fc.constantFrom<unknown>(
        '2021-03-16',
        '2021-02-30T00:00:00Z',
        '2021-03-16T10:00:00.5+01:00',
        'x'.repeat(65),
      ),
      fc.string(),
      fc.integer(),
    );
    const input = fc.constantFrom(...(EVENT_TYPES as readonly EventType[])).chain((type) => {
      const good = { ...common, type, ...fieldsByType[type] };
      const other = fc.tuple(fc.constantFrom(...Object.keys(good), 'note'), strange);
      return fc
        .array(other, { maxLength: 2 })
        .map((changes) => ({ ...good, ...Object.fromEntries(changes), type }));
    });
    let good = 0;
    fc.assert(
      fc.property(input, (given) => {
        const asked = eventSchemas[given.type].safeParse(given);
        const read = parseEvent(given);
        if (read.ok) good += 1;
        // Text, because what is stored has the order of the fields, too.
        expect(read.ok ? JSON.stringify(read.event) : undefined).toBe(JSON.stringify(asked.data));
      }),
      { numRuns: 3_000 },
    );
    expect(good).toBeGreaterThan(500);
  });

  test('may adjust by a negative amount, and name ids of every allowed sign', () => {
    expect(parsed({ type: 'balance.adjusted', amount: -1_000_000, reason: 'r' })).toMatchObject({
      amount: -1_000_000,
    });
    expect(parsed({ id: 'A.z_0-9', type: 'plan.upgraded' })).toMatchObject({ id: 'A.z_0-9' });
  });

  test.each([
    ['agency', 'basic'],
    ['agency', 'plus'],
    ['freelancer', 'agency'],
  ])('opens no %s on %s', (kind, plan) => {
    expect(faultsOf({ ...common, type: 'account.opened', kind, plan, email: 'a@example.test' })).toEqual([
      'plan',
    ]);
  });

  test('tells an impossible plan beside other faults', () => {
    const input = { ...common, type: 'account.opened', kind: 'agency', plan: 'plus', email: 7 };
    expect(faultsOf(input)).toEqual(['email', 'plan']);
  });
});

describe('the content of an event', () => {
  const spent = { type: 'connects.spent', amount: 6 };
  const contentOfInput = (input: Record<string, unknown>): string => contentOf(parsed(input));

  test('is the same whatever the order of fields, unknown fields, and the way an instant is written', () => {
    const content = contentOfInput(spent);
    expect(contentOfInput({ ...spent, note: 'unknown' })).toBe(content);
    expect(contentOfInput({ ...spent, at: '2021-03-16T10:00:00.000+01:00' })).toBe(content);
    const reversed = Object.fromEntries(Object.entries({ ...common, ...spent }).toReversed());
    expect(contentOfInput(reversed)).toBe(content);
  });

  test('is the same with a default left out', () => {
    const opened = { type: 'account.opened', kind: 'agency', plan: 'agency', email: 'a@example.test' };
    expect(contentOfInput(opened)).toBe(contentOfInput({ ...opened, zone: 'UTC' }));
  });

  test.each([
    { amount: 7 },
    { at: '2021-03-16T09:00:01Z' },
    { account: 'a2' },
    { type: 'connects.purchased' },
  ])('is another with %j', (change) => {
    expect(contentOfInput({ ...spent, ...change })).not.toBe(contentOfInput(spent));
  });

  test.each(Object.entries(fieldsByType))('%s has its fields by name, as JSON', (type, fields) => {
    const all = Object.entries({ ...common, type, ...fields, at: '2021-03-16T09:00:00.000Z' });
    // Hashes of it are stored: another form of it would make every event another one.
    expect(contentOfInput({ type, ...fields })).toBe(
      JSON.stringify(all.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    );
  });

  test('tells an optional field from its absence', () => {
    const requested = { type: 'interview.requested', interview: 'i1' };
    expect(contentOfInput({ ...requested, proposal: 'p1' })).not.toBe(contentOfInput(requested));
  });
});
