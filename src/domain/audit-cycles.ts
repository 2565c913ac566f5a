/** Settlements under audit, and what they and their amendments posted: that, once, and nothing else. */
import { type EntryKind, cycleSubject } from './account.ts';
import type { AuditedEntry } from './audited.ts';
import type { Examination } from './audit-examination.ts';
import { grantSubject } from './backfill.ts';
import type { LocalDate } from './calendar.ts';

export function checkSettlements(audit: Examination): void {
  for (const one of audit.recorded.settlements) {
    const { cycleOn, opening, carried, expired, free, paid, recovered, closing, cap, startsAt, postedAt } =
      one;
    if (opening - expired !== carried || carried + free + paid - recovered !== closing)
      audit.add('settlement-differs', `the settlement of ${cycleOn} does not add up`, { cycleOn });
    if (cap !== null && closing > cap + free + paid)
      audit.add(
        'above-cap',
        `${closing} after the cycle of ${cycleOn}, and ${cap + free + paid} is the most`,
        {
          cycleOn,
          amount: cap + free + paid - closing,
        },
      );
    if (startsAt < audit.earliestOf(cycleOn) || postedAt < startsAt)
      audit.add('granted-early', `the cycle of ${cycleOn} was settled before its instant`, { cycleOn });
  }
}

export function checkCycleEntries(audit: Examination): void {
  const expected = expectedGrants(audit);
  const early = new Set<LocalDate>(
    audit.found.filter((one) => one.code === 'granted-early').map((one) => one.cycleOn as LocalDate),
  );
  const seen = new Set<string>();
  for (const one of audit.recorded.entries) {
    if (!isOfCycle(one)) continue;
    const on = one.cycleOn ?? one.subject.slice('cycle:'.length, 'cycle:2021-01-01'.length);
    const key = `${one.subject} ${one.kind}`;
    const wanted = expected.get(key);
    if (wanted === one.amount && !seen.has(key)) seen.add(key);
    else if (!(audit.missing.has(on) && one.subject === cycleSubject(on)))
      addUnexpected(audit, one, on, wanted);
    const earliest = audit.earliestOf(on);
    if ((one.effectiveAt < earliest || one.postedAt < earliest) && !early.has(on)) {
      early.add(on);
      audit.add('granted-early', `entry ${one.seq} of the cycle of ${on} is earlier than the cycle`, {
        cycleOn: on,
      });
    }
  }
  for (const [key, amount] of expected)
    if (amount !== 0 && !seen.has(key)) {
      const on = key.slice('cycle:'.length, 'cycle:2021-01-01'.length);
      audit.add('settlement-differs', `${key} of ${amount} was settled, and is not in the ledger`, {
        cycleOn: on,
      });
    }
}

function addUnexpected(
  audit: Examination,
  one: AuditedEntry,
  on: LocalDate,
  wanted: number | undefined,
): void {
  const said = `entry ${one.seq}, ${one.kind} of ${one.amount} under ${one.subject}`;
  if (one.kind === 'monthly-free' || one.kind === 'monthly-plan')
    audit.addCorrectable(
      'granted-twice',
      `${said}: the cycle of ${on} has its grant already`,
      one.seq,
      -one.amount,
      on,
    );
  else
    audit.add('settlement-differs', `${said}, and ${wanted === undefined ? 'none' : wanted} was settled`, {
      cycleOn: on,
    });
}

/** By subject and kind: what settlements and their amendments say was posted. */
function expectedGrants(audit: Examination): Map<string, number> {
  const expected = new Map<string, number>();
  const add = (subject: string, kind: EntryKind, amount: number): void => {
    if (amount !== 0) expected.set(`${subject} ${kind}`, amount);
  };
  for (const one of audit.recorded.settlements) {
    const subject = cycleSubject(one.cycleOn);
    add(subject, 'rollover-expiry', -one.expired);
    add(subject, 'monthly-free', one.free);
    add(subject, 'monthly-plan', one.paid);
    add(subject, 'recovery', -one.recovered);
  }
  const reversals = new Map<LocalDate, number>();
  for (const one of audit.recorded.amendments) {
    const before = reversals.get(one.cycleOn) ?? 0;
    if (one.kind === 'reversed') reversals.set(one.cycleOn, before + 1);
    else {
      const subject = grantSubject(one.cycleOn, before);
      add(subject, 'monthly-free', one.free);
      add(subject, 'monthly-plan', one.paid);
      add(subject, 'recovery', -one.recovered);
    }
  }
  return expected;
}

const OF_CYCLE: readonly EntryKind[] = ['rollover-expiry', 'monthly-free', 'monthly-plan'];

const isOfCycle = ({ kind, subject }: AuditedEntry): boolean =>
  OF_CYCLE.includes(kind) || (kind === 'recovery' && subject.startsWith('cycle:'));
