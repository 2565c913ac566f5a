/** Letters of every kind, in every turn that one can take: made-up facts that add up, or so they should. */
import { NOTICE_KINDS } from '../../src/domain/notice-kinds.ts';
import type { Settlement } from '../../src/domain/settle.ts';
import type { NoticeFacts } from '../../src/notices/notice.ts';
import type { NoticeContext } from '../../src/notices/page.ts';
import { type Sample, sampleOf } from '../../src/notices/samples.ts';

export type FactsOf<Kind extends NoticeFacts['kind']> = Extract<NoticeFacts, { kind: Kind }>;

export const factsOf = <Kind extends NoticeFacts['kind']>(kind: Kind): FactsOf<Kind> =>
  sampleOf(kind).facts as FactsOf<Kind>;

/** Of somebody who reads on 16 March 2021, and has nothing to come but what is given. */
export const contextWith = (more: Partial<NoticeContext> = {}): NoticeContext => ({
  ...sampleOf('grant').context,
  account: 'a1',
  zone: 'UTC',
  ...more,
});

const PLANS = {
  basic: { free: 10, paid: 0, cap: 200 },
  plus: { free: 10, paid: 70, cap: 200 },
  agency: { free: 0, paid: 0, cap: 400 },
} as const;

/** A cycle that begins on a date of 2021 or before, settled by the rules of its plan. */
export function cycleOf(
  cycleOn: string,
  nextOn: string,
  { plan = 'basic', opening = 0, ...more }: Partial<Settlement> = {},
): Settlement {
  const { free, paid, cap } = { ...PLANS[plan], ...more };
  const { recovered = 0 } = more;
  const carried = cap === null ? opening : Math.min(opening, cap);
  const closing = carried + free + paid - recovered;
  const code = free + paid > 0 ? 'granted' : 'no-monthly-grant';
  const amounts = { opening, carried, expired: opening - carried, free, paid, recovered, closing };
  return { cycleOn, nextOn, startsAt: Date.parse(cycleOn), plan, cap, code, ...amounts, ...more };
}

/** Cycles of a month each, from January 2000 on; each opens with what the one before left, and a change in between. */
export function cyclesFrom(count: number, first: Partial<Settlement>, between = 0): Settlement[] {
  const onOf = (at: number) => `${2000 + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}-16`;
  const { opening = 0, ...each } = first;
  const cycles: Settlement[] = [];
  for (let at = 0; at < count; at += 1) {
    const before = cycles.at(-1);
    const has = before ? before.closing + between : opening;
    cycles.push(cycleOf(onOf(at), onOf(at + 1), { ...each, opening: has }));
  }
  return cycles;
}

const grantOf = (cycles: readonly Settlement[], more: Partial<FactsOf<'grant'>> = {}): NoticeFacts => ({
  kind: 'grant',
  cycles,
  ...more,
});

const march = (more: Partial<Settlement> = {}): Settlement => cycleOf('2021-03-16', '2021-04-16', more);

/** What each letter leaves is what the account has, unless a variant says otherwise. */
export function balanceAfter(facts: NoticeFacts): number {
  return facts.kind === 'grant' ? (facts.cycles.at(-1)?.closing ?? 0) : facts.balance;
}

const agency = { isAgency: true, next: { on: '2021-04-16', amount: 0 } } as const;

const TURNS: readonly (readonly [string, NoticeFacts, Partial<NoticeContext>?])[] = [
  ['grant, Basic', grantOf([march({ opening: 3 })])],
  ['grant of which one Connect expired', grantOf([march({ opening: 201 })])],
  ['grant, most expired', grantOf([march({ opening: 1_234 })])],
  ['grant, a day late', grantOf([march({ plan: 'plus', opening: 33 })], { addedOn: '2021-03-17' })],
  ['grant, a part owed', grantOf([march({ plan: 'plus', recovered: 12 })])],
  ['grant, all owed', grantOf([march({ plan: 'plus', free: 0, recovered: 70, opening: 5 })])],
  ['grant, spent since', grantOf([march({ opening: 9 })]), { balance: 4 }],
  ['grant, closed', grantOf([march()]), { next: null, isClosed: true }],
  ['grant, plan changed', grantOf([march()], { since: { what: 'plan-change', countsFromOn: '2021-03-20' } })],
  ['grant, overtaken', grantOf([march()], { since: { what: 'later-cycle' } }), { balance: 20 }],
  ['grant, agency', grantOf([march({ plan: 'agency', opening: 405 })]), agency],
  ['grant, agency, many', grantOf(cyclesFrom(3, { plan: 'agency', opening: 460 }, 8)), agency],
  ['catch-up', grantOf(cyclesFrom(3, { opening: 4 }), { addedOn: '2021-03-16' })],
  ['catch-up, spent between', grantOf(cyclesFrom(3, { opening: 64 }, -7), { addedOn: '2021-03-16' })],
  [
    'catch-up, 240 added, 240 expired',
    grantOf(cyclesFrom(3, { plan: 'plus', opening: 280 }), { addedOn: '2021-03-16' }),
  ],
  ['catch-up, not late', grantOf(cyclesFrom(2, { plan: 'plus', opening: 152 }, -7))],
  [
    'catch-up, 200 cycles',
    grantOf(cyclesFrom(200, { plan: 'plus', opening: 280 }), { addedOn: '2021-03-16' }),
  ],
  ['welcome, more since', factsOf('welcome'), { balance: 90 }],
  ['welcome, Plus', { ...factsOf('welcome'), balance: 110, monthly: { plan: 'plus', free: 10, paid: 70 } }],
  ['interview, no refund', { ...factsOf('interview-award'), refund: 0 }],
  ['interview, all refund', { ...factsOf('interview-award'), refund: 10 }],
  ['interview, cut short', { ...factsOf('interview-award'), held: 46, award: 4, refund: 0 }],
  ['upgrade, opened on Plus', { ...factsOf('upgrade'), ended: undefined, free: 0 }],
  ['upgrade, a part owed', { ...factsOf('upgrade'), recovered: 30, balance: 52 }],
  ['upgrade, all owed', { ...factsOf('upgrade'), free: 0, recovered: 70, balance: 8 }],
  ['upgrade, nothing', { ...factsOf('upgrade'), free: 0, paid: 0, balance: 8 }],
  ['payment, all taken', { ...factsOf('payment-failed'), reversed: 70, owed: 0, owedInAll: 0, balance: 12 }],
  ['payment, all owed', { ...factsOf('payment-failed'), reversed: 0, owed: 70, owedInAll: 82 }],
  [
    'payment, next cycle',
    {
      ...factsOf('payment-failed'),
      which: 'next-cycle',
      paid: 0,
      reversed: 0,
      owed: 0,
      owedInAll: 0,
      balance: 64,
    },
  ],
  ['backfill, one', { ...factsOf('backfill'), cycles: factsOf('backfill').cycles.slice(0, 1), balance: 62 }],
  [
    'backfill, all owed',
    {
      kind: 'backfill',
      cycles: [{ cycleOn: '2021-02-16', free: 0, paid: 70, recovered: 70, balance: 10 }],
      opening: 10,
      balance: 10,
    },
  ],
  [
    'reversal of two',
    {
      ...factsOf('reversal'),
      lines: [
        { cycleOn: '2021-02-16', amount: -80 },
        { cycleOn: '2021-03-16', amount: 25 },
      ],
      owed: 12,
      balance: 17,
    },
  ],
  [
    'reversal, given back',
    { ...factsOf('reversal'), lines: [{ cycleOn: null, amount: 40 }], notTaken: 0, balance: 41 },
  ],
  ['reversal, nothing', { ...factsOf('reversal'), lines: [{ cycleOn: null, amount: 0 }], notTaken: 0 }],
  ['reminder, agency', { ...factsOf('reminder'), balance: 401, cap: 400, expiring: 1 }, agency],
];

/** By name. */
export const LETTER_VARIANTS: readonly (readonly [string, Sample])[] = [
  ...NOTICE_KINDS.map((kind) => [kind, sampleOf(kind)] as const),
  ...TURNS.map(([name, facts, more]): [string, Sample] => [
    name,
    { facts, context: contextWith({ balance: balanceAfter(facts), ...more }) },
  ]),
];
