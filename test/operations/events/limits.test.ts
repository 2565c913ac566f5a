/**
 * What the rules make of the most and the least that comes in: everything is decided, and nothing waits. Terms of zeros,
 * of ones and of the largest numbers; fields as long as they may be; balances at what an account may hold.
 */
import { databaseNow, selectRows } from '../../../src/db/query.ts';
import { BALANCE_MAX } from '../../../src/domain/account.ts';
import { EVENT_TYPES, type MemberEvent } from '../../../src/domain/events/events.ts';
import { AMOUNT_MAX, type Terms, parseTerms } from '../../../src/domain/terms.ts';
import { getLatestTerms, insertTermsVersion } from '../../../src/ledger/terms-versions.ts';
import { auditFleet } from '../../../src/operations/audits/audit.ts';
import { importRows } from '../../support/accounts.ts';
import {
  type Fields,
  bought,
  fact,
  linesOf,
  opened,
  record,
  settleAsOf,
  spent,
} from '../../support/facts.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';

let installation: Installation;
beforeEach(async () => {
  installation = await install();
});
afterEach(() => installation.remove());

interface Extreme {
  readonly number: number;
  readonly cap: number | null;
  readonly interview: object | null;
}

const rowOf = ({ number, cap, interview }: Extreme): object => {
  const plan = { free: number, paid: number, rolloverCap: cap };
  const plans = { basic: plan, plus: plan, agency: plan };
  return {
    effectiveFrom: '2020-12-01',
    plans,
    welcome: number,
    readinessTest: number,
    interview,
    monthEnd: 'first-of-next',
  };
};

async function applyTerms(extreme: Extreme): Promise<void> {
  const parsed = parseTerms([rowOf(extreme)]);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const { db } = installation;
  const { version } = await getLatestTerms(db);
  const applied = { version: version + 1, appliedAt: await databaseNow(db), actor: 'test', reason: 'test' };
  await insertTermsVersion(db, { ...applied, terms: parsed.terms as Terms });
}

/** As long as an id, a reason, an address may be. */
const id = (n: number): string => `${'x'.repeat(96)}-${String(n).padStart(3, '0')}`;
const LONG: Readonly<Record<string, Fields>> = {
  'payment.failed': { cycleOn: '2021-02-01' },
  'account.zone-changed': { zone: 'America/Argentina/ComodRivadavia' },
  'account.contact-changed': {
    email: `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(59)}`,
  },
  'account.locale-changed': { locale: `es-419-x-${'a'.repeat(8)}-${'b'.repeat(8)}-${'c'.repeat(7)}` },
  'connects.spent': { amount: AMOUNT_MAX },
  'connects.purchased': { amount: AMOUNT_MAX },
  'proposal.submitted': { proposal: id(900), connects: 1 },
  'proposal.carried': { proposal: id(901), connects: AMOUNT_MAX },
  'connects.returned': { amount: AMOUNT_MAX, proposal: id(901) },
  'interview.requested': { interview: id(902), proposal: id(901) },
  'interview.replied': { interview: id(902) },
  'balance.adjusted': { amount: AMOUNT_MAX, reason: '\u0001'.repeat(500) },
};

/** An event of each type, twice, over the months of 2021; what ends things comes last. */
function eventsOf(account: string, from: number): MemberEvent[] {
  const ending = ['account.suspended', 'account.reinstated', 'account.closed'];
  const types = EVENT_TYPES.filter((type) => type !== 'account.opened' && !ending.includes(type));
  return [...types, ...types, ...ending].map((type, index) => {
    const at = new Date(Date.UTC(2021, 1, 1 + index * 7)).toISOString();
    return fact(id(from + index), account, at, type, LONG[type] ?? {});
  });
}

const EXTREMES: [name: string, extreme: Extreme][] = [
  [
    'zeros that carry nothing',
    { number: 0, cap: 0, interview: { award: 1, windowMax: 0, windowDays: 1, asTwoEntries: false } },
  ],
  ['zeros that carry everything', { number: 0, cap: null, interview: null }],
  ['ones', { number: 1, cap: 1, interview: { award: 1, windowMax: 1, windowDays: 366, asTwoEntries: true } }],
  [
    'the largest numbers that carry everything',
    {
      number: AMOUNT_MAX,
      cap: null,
      interview: { award: AMOUNT_MAX, windowMax: AMOUNT_MAX, windowDays: 366, asTwoEntries: true },
    },
  ],
  [
    'the largest numbers that carry nothing',
    {
      number: AMOUNT_MAX,
      cap: 0,
      interview: { award: AMOUNT_MAX, windowMax: 1, windowDays: 1, asTwoEntries: false },
    },
  ],
];

it.each(EXTREMES)(
  'under terms of %s every event is decided, and the audit finds nothing',
  async (_name, extreme) => {
    const { app, db } = installation;
    await applyTerms(extreme);
    const kinds = [
      ['freelancer', 'basic'],
      ['freelancer', 'plus'],
      ['agency', 'agency'],
    ] as const;
    const accounts = kinds.map(([, plan]) => plan.padEnd(64, 'z'));
    const outcomes = await record(
      app,
      kinds.flatMap(([kind, plan], index) => [
        opened(id(index), accounts[index] as string, '2021-01-31', { kind, plan }),
        ...eventsOf(accounts[index] as string, 100 * (index + 1)),
      ]),
    );
    expect(new Set(outcomes.map((one) => one.outcome))).toEqual(new Set(['applied', 'refused']));
    await settleAsOf(app, accounts, '2022-06-15');
    const findings = [];
    const asOf = Date.parse('2021-03-01T00:00:00Z');
    for await (const one of auditFleet(db, { asOf, alarmAgeMs: 1_000 })) findings.push(one);
    expect(findings).toEqual([]);
  },
);

it('at what an account may hold, what adds is refused and what takes goes on; a boundary stays within it', async () => {
  const { app, db } = installation;
  await applyTerms({ number: AMOUNT_MAX, cap: null, interview: null });
  await importRows(app, [{ id: 'rich', openingBalance: 1_000_000_000 }]);
  const purchases = Array.from({ length: 1_001 }, (_, n) =>
    bought(`b${n}`, 'rich', '2021-01-02', AMOUNT_MAX),
  );
  const lines = linesOf(await record(app, purchases));
  expect(lines.slice(0, 1_000).every((one) => one === 'applied')).toBe(true);
  expect(lines.at(-1)).toBe('refused balance-limit');
  const adding: [string, string, Fields][] = [
    ['connects.returned', 'refused balance-limit', { amount: 1 }],
    ['balance.adjusted', 'refused balance-limit', { amount: 1, reason: 'r' }],
    ['readiness-test.passed', 'refused balance-limit', {}],
    ['plan.upgraded', 'refused balance-limit', {}],
    ['connects.spent', 'applied', { amount: 2 }],
    ['connects.purchased', 'applied', { amount: 1 }],
    ['balance.adjusted', 'applied', { amount: -AMOUNT_MAX, reason: 'r' }],
    ['plan.upgraded', 'refused balance-limit', {}],
  ];
  const events = adding.map(([type, , more], n) => fact(`c${n}`, 'rich', '2021-01-03', type, more));
  expect(linesOf(await record(app, events))).toEqual(adding.map(([, line]) => line));
  // Each of five boundaries brings two million: what is above the limit expires at the next one.
  await settleAsOf(app, ['rich'], '2021-06-01');
  const cycles = await selectRows<{ opening: number; expired: number; closing: number }>(
    db,
    "SELECT opening, expired, closing FROM cycles WHERE account_id = 'rich' ORDER BY cycle_on",
  );
  expect(cycles).toHaveLength(5);
  expect(cycles.at(-1)).toEqual({
    opening: BALANCE_MAX + 2 * AMOUNT_MAX,
    expired: 2 * AMOUNT_MAX,
    closing: BALANCE_MAX + 2 * AMOUNT_MAX,
  });
  expect(linesOf(await record(app, [spent('last', 'rich', '2021-06-02', AMOUNT_MAX)]))).toEqual(['applied']);
  const asOf = Date.parse('2021-06-15T00:00:00Z');
  for await (const one of auditFleet(db, { asOf, alarmAgeMs: 1_000 })) expect(one).toBeUndefined();
  const { stdout } = await runHere(['account', 'explain', 'rich', '--since', '2021-01-03'], { app });
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('and an account can hold 2,000,000,000');
});
