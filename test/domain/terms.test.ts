import { builtInTerms, monthEndOf, parseTerms, termsInForce } from '../../src/domain/terms.ts';

const [december2020, july2021] = builtInTerms;

const faultsOf = (input: unknown) => {
  const parsed = parseTerms(input);
  return parsed.ok ? [] : parsed.faults.map(({ where }) => where);
};

describe('the built-in terms', () => {
  test('are the promises of the announcement', () => {
    expect(december2020).toMatchObject({
      effectiveFrom: '2020-12-01',
      plans: {
        basic: { free: 10, paid: 0, rolloverCap: 200 },
        plus: { free: 10, paid: 70, rolloverCap: 200 },
        agency: { free: 0, paid: 0, rolloverCap: 400 },
      },
      welcome: 40,
      readinessTest: 40,
      interview: { award: 10, windowMax: 50, windowDays: 7, asTwoEntries: false },
    });
  });

  test('show an award as two entries since 23 Jul 2021, and differ in nothing else', () => {
    expect(july2021).toEqual({
      ...december2020,
      effectiveFrom: '2021-07-23',
      interview: { award: 10, windowMax: 50, windowDays: 7, asTwoEntries: true },
    });
    expect(builtInTerms).toHaveLength(2);
  });

  test('are valid, and read back as themselves', () => {
    expect(parseTerms(JSON.parse(JSON.stringify(builtInTerms)))).toEqual({ ok: true, terms: builtInTerms });
  });

  test('clamp month ends', () => expect(monthEndOf(builtInTerms)).toBe('clamp'));
});

describe('the row in force', () => {
  test.each([
    ['2020-11-30T23:59:59.999Z', undefined],
    ['2020-12-01T00:00:00.000Z', '2020-12-01'],
    ['2021-07-22T23:59:59.999Z', '2020-12-01'],
    ['2021-07-23T00:00:00.000Z', '2021-07-23'],
    ['2999-01-01T00:00:00.000Z', '2021-07-23'],
  ])('at %s is that of %s', (at, effectiveFrom) => {
    expect(termsInForce(builtInTerms, Date.parse(at))?.effectiveFrom).toBe(effectiveFrom);
  });
});

describe('a file of terms', () => {
  test('may carry everything over (null) or nothing (0), and end the interview reward (null)', () => {
    const plans = {
      ...december2020?.plans,
      basic: { free: 10, paid: 0, rolloverCap: null },
      plus: { free: 10, paid: 70, rolloverCap: 0 },
    };
    const parsed = parseTerms([{ ...december2020, plans, interview: null }]);
    expect(parsed).toMatchObject({
      ok: true,
      terms: [{ plans: { basic: { rolloverCap: null }, plus: { rolloverCap: 0 } }, interview: null }],
    });
  });

  test('ends the interview reward by null only: an award of 0 would be one that cannot be written', () => {
    const interview = { award: 0, windowMax: 50, windowDays: 7, asTwoEntries: false };
    const parsed = parseTerms([{ ...december2020, interview }]);
    expect(parsed).toMatchObject({ ok: false, faults: [{ where: '0.interview.award' }] });
  });

  test('is told every fault at once, each with its place', () => {
    const broken = [
      { ...december2020, welcome: -1, readinessTest: 1.5, monthEnd: 'last', extra: true },
      {
        ...december2020,
        effectiveFrom: '2021-02-30',
        plans: { basic: { free: '10', paid: 0 }, plus: december2020?.plans.plus },
        interview: { award: 10, windowMax: 50, windowDays: 0, asTwoEntries: 'no' },
      },
    ];
    expect(faultsOf(broken).toSorted()).toEqual([
      '0',
      '0.monthEnd',
      '0.readinessTest',
      '0.welcome',
      '1.effectiveFrom',
      '1.interview.asTwoEntries',
      '1.interview.windowDays',
      '1.monthEnd',
      '1.plans.agency',
      '1.plans.basic.free',
      '1.plans.basic.rolloverCap',
    ]);
  });

  test('is refused when its rows are out of order, repeat a date, or differ in monthEnd', () => {
    expect(faultsOf([july2021, december2020])).toEqual(['1.effectiveFrom']);
    expect(faultsOf([december2020, december2020])).toEqual(['1.effectiveFrom']);
    expect(faultsOf([december2020, { ...july2021, monthEnd: 'first-of-next' }])).toEqual(['1.monthEnd']);
  });

  test('is told a wrong order also where a number is wrong as well', () => {
    expect(faultsOf([july2021, { ...december2020, welcome: 'forty' }])).toEqual([
      '1.welcome',
      '1.effectiveFrom',
    ]);
  });

  test.each([
    [undefined],
    [{}],
    ['[]'],
    [[]],
    [[null]],
    [[7]],
    [Array.from({ length: 1_001 }, () => december2020)],
  ])('is refused when it is no list of rows: %#', (input) => expect(faultsOf(input)).not.toEqual([]));
});
