/** What became of a cycle's grant when its run was taken back, and what it was given instead. */
import type { Instant, LocalDate } from '../../domain/calendar.ts';
import { grantSubject } from '../../domain/corrections/backfill.ts';
import { type AmendmentRow, listAmendments } from '../../ledger/amendments.ts';
import { listDecisionsOf } from '../account-records.ts';
import { type By, findCorrectingRuns } from '../corrections.ts';
import { type ZoneWords, reasonGiven } from '../member-words.ts';
import { type Answer, type Inquiry, byEvidence, iso } from './answer.ts';
import { answersOf } from './decided.ts';

/** Each reversal of the cycle, with the grant that followed it; none for a cycle that was never reversed. */
export async function reversedAnswers(inquiry: Inquiry, on: LocalDate): Promise<Answer[]> {
  const { db, account } = inquiry;
  const amendments = await listAmendments(db, [account.id]);
  const reversals = amendments.filter((one) => one.cycleOn === on && one.kind === 'reversed');
  const runs = await findCorrectingRuns(
    db,
    reversals.map((one) => one.runId),
  );
  const answers: Answer[] = [];
  for (const [index, one] of reversals.entries()) {
    const again = await listDecisionsOf(db, account.id, grantSubject(on, index + 1));
    const reversed = reversedAnswer(inquiry, one, runs.get(one.runId));
    answers.push(again.length > 0 ? { ...reversed, next: null } : reversed);
    answers.push(...(await answersOf(inquiry, again)));
  }
  return answers;
}

/** Every reversal since an instant, oldest first. */
export async function reversedSince(inquiry: Inquiry, since: Instant): Promise<Answer[]> {
  const { db, account } = inquiry;
  const amendments = await listAmendments(db, [account.id]);
  const reversals = amendments.filter((one) => one.kind === 'reversed' && one.postedAt >= since);
  const runs = await findCorrectingRuns(
    db,
    reversals.map((one) => one.runId),
  );
  return reversals.map((one) => reversedAnswer(inquiry, one, runs.get(one.runId)));
}

function reversedAnswer({ words }: Inquiry, reversal: AmendmentRow, by: By | undefined): Answer {
  const { cycleOn, free, paid, expired, recovered, short, notTaken, runId, reversedRun, postedAt } = reversal;
  const { cycles: say } = words.texts;
  return {
    subject: `cycle:${cycleOn}`,
    code: 'reversed',
    sentence:
      say.reversed({
        day: words.on(cycleOn),
        on: words.day(postedAt),
        count: free + paid,
        gave: expired > 0 ? say.expiredCame({ count: expired }) : '',
      }) +
      gaveMore(reversal, words) +
      (short > 0 ? ` ${say.shortBySpending({ count: short })}` : '') +
      takenBefore(reversal, words) +
      reasonGiven(by?.reason, words.texts),
    evidence: {
      ...byEvidence(by),
      cycleOn,
      free,
      paid,
      expired,
      recovered,
      short,
      notTaken,
      run: runId,
      reversedRun,
      postedAt: iso(postedAt),
    },
    rule: null,
    at: iso(postedAt),
    next: notTaken > 0 ? say.takenFromAgain() : null,
  };
}

/** What was gone before, and not by spending: taken at once as owed, by a failed payment, or let expire later. */
function takenBefore(
  { free, paid, expired, short, opening, closing }: AmendmentRow,
  { texts }: ZoneWords,
): string {
  const count = free + paid - expired - short - (opening - closing);
  return count > 0 ? ` ${texts.cycles.goneBefore({ count })}` : '';
}

/** More had expired than was granted: taking it back gave. */
const gaveMore = ({ opening, closing }: AmendmentRow, { texts }: ZoneWords): string =>
  closing > opening ? ` ${texts.cycles.gaveInAll({ count: closing - opening })}` : '';
