/** Corrections of a balance that were made: who made them, and why. A refused one is a decision. */
import type { Instant } from '../../domain/calendar.ts';
import { type LedgerLine, listEntriesUnder } from '../account-records.ts';
import { type By, type EventCause, findCauses, findCorrectors } from '../corrections.ts';
import { reasonGiven } from '../member-words.ts';
import { type Answer, type Inquiry, byEvidence, entryEvidence, idOf, iso } from './answer.ts';

/** Since an instant, oldest first. */
export async function correctedSince(inquiry: Inquiry, since: Instant): Promise<Answer[]> {
  const { db, account } = inquiry;
  const entries = await listEntriesUnder(db, account.id, 'adjustment', since);
  const events = entries.map((one) => idOf(one.subject));
  const causes = await findCauses(db, events);
  const correctors = await findCorrectors(db, account.id, events);
  return entries.map((one) =>
    corrected(inquiry, one, causes.get(idOf(one.subject)), correctors.get(idOf(one.subject))),
  );
}

function corrected(
  { words, terms }: Inquiry,
  entry: LedgerLine,
  cause: EventCause | undefined,
  by: By | undefined,
): Answer {
  const { amount, effectiveAt, occurredAt, postedAt, subject } = entry;
  const { decisions: say } = words.texts;
  const reason = cause?.reason ?? by?.reason ?? null;
  return {
    subject,
    code: 'corrected',
    sentence:
      (amount > 0 ? say.corrected : say.correctedOff)({
        count: Math.abs(amount),
        day: words.day(effectiveAt),
      }) + reasonGiven(reason, words.texts),
    evidence: {
      event: idOf(subject),
      amount,
      reason,
      ...byEvidence(by),
      occurredAt: iso(occurredAt),
      postedAt: iso(postedAt),
      entries: [entryEvidence(entry)],
    },
    rule: terms.rule('correction', { version: terms.versionAt(postedAt), at: effectiveAt }),
    at: iso(effectiveAt),
    next: null,
  };
}
