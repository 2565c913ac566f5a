/**
 * Settlements under audit, and what they and their amendments posted: what was due by their terms, once, and nothing
 * else. What was due of a cycle goes by the balance that would have been there, had all before it been right: so the
 * corrections of several findings add up to the right balance, in whatever order they are posted.
 */
import { type EntryKind, type PostedEntry, cycleSubject } from '../account.ts';
import type { AuditedSettlement } from './audited.ts';
import type { Examination } from './examination.ts';
import { grantSubject } from '../corrections/backfill.ts';
import type { LocalDate } from '../calendar.ts';
import { rolloverOf } from '../settle.ts';
import { type PlanTerms, termsInForce } from '../terms.ts';

type Amounts = Pick<AuditedSettlement, 'expired' | 'free' | 'paid' | 'recovered'>;

/** What stands under one subject of a cycle: its settlement's, or a later grant's. */
interface Cycle {
  readonly subject: string;
  readonly on: LocalDate;
  /** As recorded. */
  readonly amounts: Amounts;
  /** Null of a later grant. */
  readonly settlement: AuditedSettlement | null;
}

export function checkSettlements(audit: Examination): void {
  for (const one of audit.recorded.settlements) {
    const { cycleOn, opening, carried, expired, closing, startsAt, postedAt } = one;
    if (opening - expired !== carried || opening + sumOf(one) !== closing)
      addDiffers(audit, cycleOn, `the settlement of ${cycleOn} does not add up`);
    else if (!isCodeRight(one))
      addDiffers(audit, cycleOn, `the settlement of ${cycleOn} is ${one.code}, with ${inWords(one)}`);
    const isEarly = startsAt < audit.earliestOf(cycleOn) || postedAt < startsAt;
    if (isEarly && !audit.unexpected.has(cycleOn))
      audit.add('granted-early', `the cycle of ${cycleOn} was settled before its instant`, { cycleOn });
  }
}

const isTouched = ({ code }: AuditedSettlement): boolean => code === 'granted' || code === 'no-monthly-grant';

function isCodeRight(one: AuditedSettlement): boolean {
  if (isTouched(one)) return (one.code === 'granted') === one.free + one.paid > 0;
  return [one.expired, one.free, one.paid, one.recovered].every((amount) => amount === 0);
}

export function checkCycleEntries(audit: Examination): void {
  checkInstants(audit);
  const cycles = cyclesOf(audit);
  const posted = postedOf(audit);
  // What the ledger has too much, by what is wrong with the cycles so far and was not corrected yet.
  let ahead = 0;
  let deviates = false;
  for (const one of audit.recorded.entries) {
    if (audit.isCorrection(one)) ahead += one.amount;
    const entries = posted.get(one.subject);
    if (!entries || entries[0] !== one) continue;
    ahead += checkPosted(audit, entries, cycles.get(one.subject), ahead);
    deviates ||= ahead !== 0;
  }
  for (const [subject, cycle] of cycles)
    if (!posted.has(subject) && !audit.unexpected.has(cycle.on)) checkUnposted(audit, cycle, deviates);
}

function checkInstants(audit: Examination): void {
  const early = new Set<LocalDate>(
    audit.found.filter((one) => one.code === 'granted-early').map((one) => one.cycleOn as LocalDate),
  );
  for (const one of audit.recorded.entries) {
    if (!isOfCycle(one)) continue;
    const on = onOf(one);
    const earliest = audit.earliestOf(on);
    if ((one.effectiveAt >= earliest && one.postedAt >= earliest) || early.has(on)) continue;
    early.add(on);
    audit.add('granted-early', `entry ${one.seq} of the cycle of ${on} is earlier than the cycle`, {
      cycleOn: on,
    });
  }
}

/** By subject, in the order of the ledger. */
function postedOf(audit: Examination): Map<string, Posted> {
  const posted = new Map<string, [PostedEntry, ...PostedEntry[]]>();
  for (const one of audit.recorded.entries) {
    if (!isOfCycle(one)) continue;
    const known = posted.get(one.subject);
    if (known) known.push(one);
    else posted.set(one.subject, [one]);
  }
  return posted;
}

/** By subject: what is recorded of settlements, and of what was granted later. */
function cyclesOf(audit: Examination): Map<string, Cycle> {
  const cycles = new Map<string, Cycle>();
  for (const one of audit.recorded.settlements) {
    const subject = cycleSubject(one.cycleOn);
    cycles.set(subject, { subject, on: one.cycleOn, amounts: one, settlement: one });
  }
  const reversals = new Map<LocalDate, number>();
  for (const one of audit.recorded.amendments) {
    const before = reversals.get(one.cycleOn) ?? 0;
    if (one.kind === 'reversed') reversals.set(one.cycleOn, before + 1);
    else {
      const subject = grantSubject(one.cycleOn, before);
      const { free, paid, recovered } = one;
      cycles.set(subject, {
        subject,
        on: one.cycleOn,
        settlement: null,
        amounts: {
          expired: 0,
          free,
          paid,
          recovered,
        },
      });
    }
  }
  return cycles;
}

type Posted = readonly [PostedEntry, ...PostedEntry[]];

/** @returns how much too much it has posted */
function checkPosted(audit: Examination, entries: Posted, cycle: Cycle | undefined, ahead: number): number {
  const [first] = entries;
  const on = onOf(first);
  // Their settlement is missing, which is told by itself.
  if (audit.missing.has(on) && first.subject === cycleSubject(on)) return 0;
  if (!cycle) return addUnexpected(audit, entries);
  const opening = first.balance - first.amount;
  const posted = amountsOf(entries);
  const due = dueOf(audit, cycle, opening - ahead, posted.recovered);
  const over = sumOf(posted) - sumOf(due);
  const place = (entries.find((one) => amountIn(due, one.kind) !== one.amount) ?? first).seq;
  if (!isSame(posted, due)) addWrong(audit, { cycle, posted, due, place });
  if (cycle.settlement && isSound(audit))
    checkRecord(audit, cycle.settlement, {
      due: isSame(cycle.amounts, posted) ? cycle.amounts : due,
      openings: [opening, opening - ahead],
      closings: closingsOf(entries).flatMap((one) => [one, one - ahead, one - ahead - over]),
    });
  return over;
}

/** Where they don't follow one another, something else stands between them. */
const closingsOf = (entries: Posted): number[] => {
  const last = entries.at(-1) as PostedEntry;
  return last.seq - entries[0].seq === entries.length - 1 ? [last.balance] : [];
};

/** A grant that is nobody's. */
function addUnexpected(audit: Examination, entries: Posted): number {
  for (const { seq, kind, amount, subject, ...one } of entries) {
    const on = onOf({ subject, ...one });
    const said = `entry ${seq}, ${kind} of ${amount} under ${subject}`;
    if (kind === 'monthly-free' || kind === 'monthly-plan')
      audit.addCorrectable(
        'granted-twice',
        `${said}: the cycle of ${on} has its grant already`,
        seq,
        -amount,
        on,
      );
    else audit.addCorrectable('grant-differs', `${said}, and none was settled`, seq, -amount, on);
  }
  return entries.reduce((sum, one) => sum + one.amount, 0);
}

interface Wrong {
  readonly cycle: Cycle;
  readonly posted: Amounts;
  readonly due: Amounts;
  readonly place: number | LocalDate;
}

function addWrong(audit: Examination, { cycle, posted, due, place }: Wrong): void {
  const { on, subject, settlement } = cycle;
  const amount = sumOf(due) - sumOf(posted);
  const said = `${subject} posted ${inWords(posted)}, and ${inWords(due)} was due`;
  const isCertain = settlement !== null && planTermsOf(audit, settlement) !== undefined && isSound(audit);
  // Where only one record says so, the other may be the right one; and a broken ledger says nothing for certain.
  if (amount === 0 || !isCertain) return addDiffers(audit, on, said);
  const isOverCap = posted.expired < due.expired && isSame({ ...posted, expired: due.expired }, due);
  return audit.addCorrectable(isOverCap ? 'above-cap' : 'grant-differs', said, place, amount, on);
}

/** A cycle that posted nothing. Where it stands in the ledger is known by its instant. */
function checkUnposted(audit: Examination, cycle: Cycle, deviates: boolean): void {
  const { settlement, on } = cycle;
  const isAtBoundary = settlement !== null && (settlement.cap !== null || !isTouched(settlement));
  if (settlement && isAtBoundary && isSound(audit) && !deviates) {
    const balances = balancesAt(audit, settlement.startsAt);
    if (balances.length > 0 && !balances.includes(settlement.opening))
      return addDiffers(audit, on, openingDiffers(settlement, balances));
  }
  const due = dueOf(audit, cycle, settlement?.opening ?? 0, 0);
  if (!isSame(due, NOTHING)) addWrong(audit, { cycle, posted: NOTHING, due, place: on });
  else if (settlement) checkRecord(audit, settlement, { due, openings: [], closings: [] });
}

/** All balances that the account had at an instant; before what was posted at it, and after. */
function balancesAt(audit: Examination, at: number): number[] {
  const { entries } = audit.recorded;
  const from = entries.findLastIndex((one) => one.effectiveAt < at);
  const before = entries[from]?.balance ?? audit.account.openingBalance;
  const during = entries.slice(from + 1).filter((one) => one.effectiveAt === at);
  return [before, ...during.map((one) => one.balance)];
}

const openingDiffers = ({ cycleOn, opening }: AuditedSettlement, balances: readonly number[]): string =>
  `the settlement of ${cycleOn} opens with ${opening}, and the ledger had ${balances[0]} then`;

interface Known {
  readonly due: Amounts;
  /** Any will do; none where it is not known. */
  readonly openings: readonly number[];
  readonly closings: readonly number[];
}

/** What is written of a settlement, against what is known of it by the ledger and its terms. */
function checkRecord(audit: Examination, one: AuditedSettlement, { due, openings, closings }: Known): void {
  const { cycleOn, opening, closing, cap } = one;
  const plan = planTermsOf(audit, one);
  if (!isSame(one, due))
    addDiffers(
      audit,
      cycleOn,
      `the settlement of ${cycleOn} says ${inWords(one)}, and ${inWords(due)} was due`,
    );
  else if (plan && rolloverOf(opening, plan.rolloverCap).cap !== cap)
    addDiffers(
      audit,
      cycleOn,
      `the settlement of ${cycleOn} says that ${cap} was the cap, and ${plan.rolloverCap ?? 'none'} was`,
    );
  else if (openings.length > 0 && !openings.includes(opening))
    addDiffers(audit, cycleOn, openingDiffers(one, openings));
  else if (closings.length > 0 && !closings.includes(closing))
    addDiffers(
      audit,
      cycleOn,
      `the settlement of ${cycleOn} closes with ${closing}, and the ledger had ${closings[0]} then`,
    );
}

/** Once for each cycle: what is wrong with a settlement is wrong with all of it. */
function addDiffers(audit: Examination, cycleOn: LocalDate, message: string): void {
  const isKnown = audit.found.some((one) => one.code === 'settlement-differs' && one.cycleOn === cycleOn);
  if (!isKnown) audit.add('settlement-differs', message, { cycleOn });
}

const isSound = (audit: Examination): boolean => !audit.has('ledger-broken');

/**
 * What was due: by its terms and plan where it was settled at its boundary, which only then applies a cap; as it is
 * recorded where a backfill did it, or wrote it down again. What was owed is recorded nowhere else.
 */
function dueOf(audit: Examination, cycle: Cycle, opening: number, recovered: number): Amounts {
  const { amounts, settlement } = cycle;
  const plan = settlement && planTermsOf(audit, settlement);
  if (!plan) return amounts;
  const { free, paid, rolloverCap } = plan;
  const held = isSound(audit) ? opening : settlement.opening;
  const { expired } = rolloverOf(held, rolloverCap);
  return { expired, free, paid, recovered: Math.min(paid, recovered) };
}

function planTermsOf(audit: Examination, one: AuditedSettlement): PlanTerms | undefined {
  if (one.cap === null || !isTouched(one) || audit.unexpected.has(one.cycleOn)) return undefined;
  const terms = audit.rules.versions.get(one.termsVersion);
  return terms && termsInForce(terms, one.startsAt)?.plans[one.plan];
}

const NOTHING: Amounts = { expired: 0, free: 0, paid: 0, recovered: 0 };

function amountsOf(entries: Posted): Amounts {
  const sums = { expired: 0, free: 0, paid: 0, recovered: 0 };
  for (const { kind, amount } of entries) {
    if (kind === 'rollover-expiry') sums.expired -= amount;
    else if (kind === 'recovery') sums.recovered -= amount;
    else if (kind === 'monthly-free') sums.free += amount;
    else if (kind === 'monthly-plan') sums.paid += amount;
  }
  return sums;
}

const amountIn = ({ expired, free, paid, recovered }: Amounts, kind: EntryKind): number =>
  ({ 'rollover-expiry': -expired, 'monthly-free': free, 'monthly-plan': paid, recovery: -recovered })[
    kind as string
  ] ?? 0;

const sumOf = ({ expired, free, paid, recovered }: Amounts): number => free + paid - recovered - expired;

const isSame = (a: Amounts, b: Amounts): boolean =>
  a.expired === b.expired && a.free === b.free && a.paid === b.paid && a.recovered === b.recovered;

/** `+10 +70 −30`: what expired and what was recovered are negative. */
function inWords({ expired, free, paid, recovered }: Amounts): string {
  const amounts = [-expired, free, paid, -recovered].filter((one) => one !== 0);
  return amounts.map((one) => (one > 0 ? `+${one}` : String(one))).join(' ') || 'nothing';
}

/** What cycles alone post: under any other subject it is a finding. */
const OF_CYCLE: readonly EntryKind[] = ['rollover-expiry', 'monthly-free', 'monthly-plan'];

const isOfCycle = ({ kind, subject }: PostedEntry): boolean =>
  OF_CYCLE.includes(kind) || (kind === 'recovery' && subject.startsWith('cycle:'));

const onOf = ({ cycleOn, subject }: Pick<PostedEntry, 'cycleOn' | 'subject'>): LocalDate =>
  cycleOn ?? subject.slice('cycle:'.length, 'cycle:2021-01-01'.length);
