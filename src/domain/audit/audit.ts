/**
 * The invariants, checked on one account: what is recorded of it against the calendar and the ledger's own arithmetic.
 * Pure. interface: "Audit". Everything about dates is recomputed by the calendar code that settling uses.
 */
import { brokenRule, messageOf } from '../../errors.ts';
import { checkAwards, checkWindows } from './awards.ts';
import { checkCalendar } from './calendar.ts';
import { checkCycleEntries, checkSettlements } from './cycles.ts';
import { Examination } from './examination.ts';
import type { Finding } from './findings.ts';
import type { AuditRules, AuditedAccount } from './audited.ts';
import { type Instant, formatInstant } from '../calendar.ts';

export { nextBoundaryOf } from './calendar.ts';
export { FINDING_CODES, type Finding, type FindingCode } from './findings.ts';
export type * from './audited.ts';

/** Every finding about one account; none is what one hopes for. It never throws. */
export function auditAccount(recorded: AuditedAccount, rules: AuditRules): Finding[] {
  try {
    if (recorded.fault !== undefined) throw brokenRule('unreadable-account', recorded.fault);
    return findingsOf(new Examination(recorded, rules));
  } catch (error) {
    // An unknown zone, a date that does not exist: settling fails at the same place.
    const { id: account } = recorded.account;
    const message = `its records cannot be read: ${messageOf(error)}`;
    return [{ code: 'unreadable', account, cycleOn: null, message, amount: 0, key: null, ageMs: 0 }];
  }
}

function findingsOf(audit: Examination): Finding[] {
  checkLedger(audit);
  checkCalendar(audit);
  checkSettlements(audit);
  checkCycleEntries(audit);
  checkDecisions(audit);
  checkAwards(audit);
  checkWindows(audit);
  checkNotices(audit);
  checkForgotten(audit);
  return audit.found;
}

function checkLedger(audit: Examination): void {
  const { entries } = audit.recorded;
  const { openingBalance, balance, lastSeq } = audit.account;
  let running = openingBalance;
  let broken: string | undefined;
  for (const [index, one] of entries.entries()) {
    running += one.amount;
    if (one.seq !== index + 1) broken ??= `entry ${index + 1} is missing: the next one is ${one.seq}`;
    else if (one.balance !== running)
      broken ??= `entry ${one.seq} says ${one.balance} after it, and the sum is ${running}`;
    else if (one.balance < 0) broken ??= `entry ${one.seq} leaves ${one.balance}`;
  }
  if (broken === undefined && lastSeq !== entries.length)
    broken = `the account counts ${lastSeq} entries, and there are ${entries.length}`;
  if (broken !== undefined) audit.add('ledger-broken', broken);
  if (running !== balance)
    audit.add('balance-differs', `the balance is ${balance}, and its entries come to ${running}`);
  else if (balance < 0) audit.add('balance-differs', `the balance is ${balance}`);
}

/** Cycles and events are numbered alike, so that none is missing unseen. A missing settlement is told by itself. */
function checkDecisions(audit: Examination): void {
  const { settlements, decisionNos, lastDecision } = audit.recorded;
  const recorded = settlements.length + decisionNos.length;
  const distinct = new Set(decisionNos);
  for (const { decisionNo } of settlements) distinct.add(decisionNo);
  let inRange = 0;
  for (const one of distinct) if (one >= 1 && one <= lastDecision) inRange += 1;
  const missing = lastDecision - inRange - audit.missing.size;
  const counted = `the account counts ${lastDecision} decisions`;
  if (missing > 0) audit.add('decision-missing', `${counted}, and ${missing} of them cannot be found`);
  else if (inRange < recorded) audit.add('decision-missing', `${counted}, and ${recorded} are recorded`);
}

function checkNotices(audit: Examination): void {
  const granted = [
    ...audit.recorded.settlements.filter((one) => one.free + one.paid > 0),
    ...audit.recorded.amendments.filter((one) => one.kind === 'granted'),
  ];
  // Most tell of one cycle, and an old account has as many of them as cycles.
  const { notices } = audit.recorded;
  const toldAlone = new Set(notices.filter(({ first, last }) => first === last).map(({ first }) => first));
  const toldTogether = notices.filter(({ first, last }) => first !== last);
  for (const { cycleOn, notice } of granted) {
    if (notice === 'not-asked' || notice === 'opted-out' || audit.unexpected.has(cycleOn)) continue;
    const told =
      toldAlone.has(cycleOn) || toldTogether.some(({ first, last }) => first <= cycleOn && cycleOn <= last);
    const { catchUpFrom } = audit.recorded;
    const isToCome = catchUpFrom !== null && catchUpFrom <= cycleOn;
    if (notice !== 'staged' || (!told && !isToCome))
      audit.add('notice-missing', `the grant of ${cycleOn} has neither a notice nor a reason for none`, {
        cycleOn,
      });
  }
}

function checkForgotten(audit: Examination): void {
  const { putAsideAt, waitingSince } = audit.recorded;
  const { asOf, alarmAgeMs, readAt } = audit.rules;
  const { watermark } = audit.account;
  if (watermark > readAt)
    audit.add('watermark-ahead', `nothing counts before ${formatInstant(watermark)}, which is yet to come`);
  if (putAsideAt !== null && asOf - putAsideAt > alarmAgeMs)
    audit.add('failure-forgotten', `it is put aside since ${formatInstant(putAsideAt)}`, {
      ageMs: asOf - putAsideAt,
    });
  if (waitingSince !== null && asOf - waitingSince > alarmAgeMs)
    audit.add('waiting-forgotten', waitingSentence(audit.account.id, waitingSince), {
      ageMs: asOf - waitingSince,
    });
}

export const waitingSentence = (account: string, since: Instant): string =>
  `an event waits since ${formatInstant(since)}: "connects events waiting list --account ${account}" says why`;
