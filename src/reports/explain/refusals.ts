/** What was refused since an instant: by what it was about and why, how often, and the latest of each. */
import { type DecisionCode, cycleSubject } from '../../domain/account.ts';
import type { Instant } from '../../domain/calendar.ts';
import { type RecordedCycle, type RecordedDecision, listDecisionsNumbered } from '../account-records.ts';
import type { DecisionCount } from '../decision-counts.ts';
import type { ZoneWords } from '../member-words.ts';
import { type Answer, type Inquiry, byInstant, idOf, iso, kindOf } from './answer.ts';
import { cycleAnswers } from './cycle.ts';
import { answersOf } from './decided.ts';
import { type Chosen, type RecordedSince, countsSince, recordedSince } from './since.ts';

/** Whether what ended so refused something, or gave less than it might have. */
const REFUSES: Readonly<Record<DecisionCode, boolean>> = {
  granted: false,
  'no-monthly-grant': false,
  'before-program': true,
  'reward-ended': true,
  'account-inactive': true,
  awarded: false,
  'already-awarded': true,
  'already-recorded': true,
  'weekly-cap': true,
  'weekly-cap-partial': true,
  'invite-without-proposal': true,
  'unknown-proposal': true,
  'no-interview-request': true,
  'not-eligible': true,
  'insufficient-connects': true,
  'nothing-to-return': true,
  upgraded: false,
  'already-on-plan': true,
  'not-on-plan': true,
  'downgrade-pending': false,
  'downgrade-cancelled': false,
  'payment-failed': false,
  'unknown-cycle': true,
  'balance-limit': true,
  'refused-by-operator': true,
};

const refused: Chosen = ({ code }) => REFUSES[code] ?? true;

/** One answer for each kind of subject and reason, the most recent last. */
export async function refusals(inquiry: Inquiry, since: Instant): Promise<Answer[]> {
  const recorded = await recordedSince(inquiry, since);
  const counts = await countsSince(inquiry, since, recorded, refused);
  if (counts.length === 0) return [nothingRefused(inquiry, since)];
  const known = knownRefusals(recorded);
  const latest = await latestOf(inquiry, counts, known);
  return counts
    .flatMap((count) => {
      const answer = latest.find(
        ({ subject, code }) => kindOf(subject) === count.kind && code === count.code,
      );
      const subjects = known.subjects.filter(
        (one) => one.code === count.code && kindOf(one.subject) === count.kind,
      );
      return answer ? [groupAnswer(inquiry, { answer, count, subjects, since })] : [];
    })
    .toSorted(byInstant);
}

interface KnownRefusals {
  /** The latest of them, oldest first: as many as are read at once. */
  readonly subjects: readonly Pick<RecordedDecision, 'subject' | 'code'>[];
  readonly cycles: readonly RecordedCycle[];
  readonly decisions: readonly RecordedDecision[];
}

function knownRefusals(recorded: RecordedSince): KnownRefusals {
  const cycles = recorded.cycles.filter(({ cycleOn, code }) =>
    refused({ subject: cycleSubject(cycleOn), code }),
  );
  const decisions = recorded.decisions.filter(refused);
  return {
    cycles,
    decisions,
    subjects: [
      ...cycles.toReversed().map(({ cycleOn, code }) => ({ subject: cycleSubject(cycleOn), code })),
      ...decisions,
    ],
  };
}

/** The latest of each group, told whole: most of them are known. */
async function latestOf(
  inquiry: Inquiry,
  counts: readonly DecisionCount[],
  { cycles, decisions }: KnownRefusals,
): Promise<Answer[]> {
  const { db, account } = inquiry;
  const numbers = counts.map((one) => one.lastNo).filter((no) => no > 0);
  const known = decisions.filter(({ no }) => numbers.includes(no));
  const unknown = numbers.filter((no) => !known.some((one) => one.no === no));
  const latest = [...(await listDecisionsNumbered(db, account.id, unknown)), ...known];
  const newest = cycles.filter((one, index) => cycles.findIndex(({ code }) => code === one.code) === index);
  return [...(await cycleAnswers(inquiry, newest)), ...(await answersOf(inquiry, latest))];
}

/** Ids that a sentence names. */
const NAMED_MAX = 5;
/** Subjects that evidence lists. */
const LISTED_MAX = 200;

interface Group {
  readonly answer: Answer;
  readonly count: DecisionCount;
  readonly subjects: readonly { readonly subject: string }[];
  readonly since: Instant;
}

function groupAnswer({ words }: Inquiry, { answer, count, subjects, since }: Group): Answer {
  const { kind, times } = count;
  const others = times - 1;
  const again =
    others === 0
      ? ''
      : ` ${words.texts.decisions.again({
          count: others,
          day: words.day(since),
          which: kind === 'interview' ? namedOf(subjects, answer, words) : '',
        })}`;
  return {
    ...answer,
    subject: `refusals:${kind}`,
    sentence: `${answer.sentence}${again}`,
    evidence: {
      count: times,
      since: iso(since),
      subjects: subjects.slice(-LISTED_MAX).map((one) => one.subject),
      latest: answer.evidence,
    },
  };
}

/** Which they were, each once; the latest of them where they are many. */
function namedOf(
  all: readonly { readonly subject: string }[],
  { subject: latest }: Answer,
  { texts: { decisions: say, listed } }: ZoneWords,
): string {
  const others = new Set(all.map((one) => one.subject));
  others.delete(latest);
  const names = [...others].slice(-NAMED_MAX).map(idOf);
  if (names.length === 0) return '';
  return names.length < others.size
    ? say.againLatest({ ids: listed(names) })
    : say.againAll({ ids: names.join(', ') });
}

const nothingRefused = ({ words }: Inquiry, since: Instant): Answer => ({
  subject: 'account',
  code: 'no-refusals',
  sentence: words.texts.decisions.noneRefused({ day: words.day(since) }),
  evidence: { since: iso(since), count: 0 },
  rule: null,
  at: iso(since),
  next: null,
});
