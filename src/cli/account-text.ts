/** What is answered about one account, as text within 100 columns: the answers, and what each rests on. */
import { parseInstant } from '../domain/calendar.ts';
import { NO_ADDRESS, OPTED_OUT_SINCE } from '../operations/mail/unsent-words.ts';
import type { Answer, EntryEvidence } from '../reports/explain/answer.ts';
import type { Explanation } from '../reports/explain/explain.ts';
import type { PastTold } from '../reports/explain/then.ts';
import {
  ZoneWords,
  counted,
  dayWords,
  formatAmount,
  kindWords,
  listed,
  signed,
} from '../reports/member-words.ts';
import { folded, wrap } from './prose.ts';
import { type Screen, type Tone, type Words, linesOf, paragraphsOf, proseColumns, toned } from './screen.ts';
import { shortened } from './shorten.ts';

export function explanationText(screen: Screen, explanation: Explanation): Words {
  const words = new ZoneWords(explanation.zone);
  const width = proseColumns(screen);
  const asOf = words.moment(parseInstant(explanation.asOf) ?? 0);
  const heading = wrap(
    `Account ${explanation.account}. Dates and times are of ${explanation.zone}; it is ${asOf}.`,
    '',
    width,
  );
  return paragraphsOf([
    heading,
    ...pastText(explanation, width),
    ...explanation.answers.map((one) => answerText(one, { words, width, screen })),
  ]);
}

/** How times are told, and how long a line may be. */
interface Telling {
  readonly words: ZoneWords;
  readonly width: number;
  readonly screen: Screen;
}

/** Of a past instant: that it is one, and what nobody can say of it. */
export function pastText(
  { past, zone }: { readonly past: PastTold | null; readonly zone: string },
  width: number,
): string[] {
  if (past === null) return [];
  const at = parseInstant(past.writtenUntil ?? '');
  const words =
    at === undefined
      ? 'Nothing had been recorded here by then: it is taken as now, with all that was recorded since.'
      : `This is how it stood on ${new ZoneWords(zone).moment(at)}: what was written later is left out. Not recorded ` +
        `of then: ${listed(past.notRecorded)}.`;
  return [wrap(words, '', width)];
}

function answerText(answer: Answer, telling: Telling): Words {
  const { rule, next, code } = answer;
  const { width } = telling;
  const since =
    rule && `Rule since ${dayWords(rule.effectiveFrom)} (terms version ${rule.termsVersion}): ${rule.text}`;
  return linesOf([
    wrap(answer.sentence, '', width),
    ...listOf(countedLines(answer, telling)),
    ...listOf(entryLines(answer, telling)),
    ...postedLine(answer, telling.words),
    ...listOf(emailLine(answer, telling)),
    ...tokenLine(answer, width),
    ...byLine(answer, width),
    ...rerunLine(answer, width),
    ...addressLine(answer),
    ...(since ? [toned('quiet', wrap(since, '  ', width))] : []),
    ...(next === null ? [] : [wrap(`Next: ${next}`, '  ', width)]),
    // For operators.
    toned('quiet', shortened(`  (${code})`, width, 'middle')),
  ]);
}

const listOf = (lines: readonly Words[]): readonly Words[] =>
  lines.length > LISTED_MAX
    ? [...lines.slice(0, LISTED_MAX), `    … and ${lines.length - LISTED_MAX} more (--json has all)`]
    : lines;

const LISTED_MAX = 30;

interface CountedAward {
  readonly interview: string;
  readonly proposal: string;
  readonly occurredAt: string;
  readonly amount: number;
}

/** What a window held, one award a line. */
function countedLines({ evidence, code }: Answer, { words, width: columns }: Telling): string[] {
  const list = evidence.counted as readonly CountedAward[] | undefined;
  if (!list || list.length === 0 || !SHOWING_WINDOW.has(code)) return [];
  const times = list.map(({ occurredAt }) => words.exact(parseInstant(occurredAt) ?? 0));
  const width = Math.max(24, ...times.map((one) => one.length));
  const lines = list.map(({ interview, proposal, amount }, index) => {
    const about = shortened(`interview ${interview}, proposal ${proposal}`, columns - 14 - width, 'middle');
    return `    ${times[index]?.padEnd(width)}  ${signed(amount).padStart(4)}  ${about}`;
  });
  const sum = list.reduce((total, one) => total + one.amount, 0);
  const { held = sum, countedInAll = list.length } = evidence as { held?: number; countedInAll?: number };
  const earlier = countedInAll - list.length;
  const before = `    ${`${counted(earlier, 'earlier one')}`.padEnd(width)}  ${signed(held - sum).padStart(4)}`;
  return [
    '  Counted, by when you replied:',
    ...(earlier > 0 ? [before] : []),
    ...lines,
    `    ${'in all'.padEnd(width)}  ${signed(held).padStart(4)}`,
  ];
}

const SHOWING_WINDOW = new Set(['weekly-cap', 'weekly-cap-partial', 'interview-window']);

/** What was posted on a later day than the one as of which it counts: nobody saw it before. */
function postedLine({ at, evidence }: Answer, words: ZoneWords): string[] {
  const { postedAt, lateAfter } = evidence;
  const [counts, posted] = [at, postedAt].map((one) =>
    typeof one === 'string' ? parseInstant(one) : undefined,
  );
  // Of what was late the sentence says when it reached us.
  if (counts === undefined || posted === undefined || lateAfter !== undefined) return [];
  return words.dateOf(posted) > words.dateOf(counts) ? [`  Posted on ${words.moment(posted)}.`] : [];
}

/** What came is well; what expired is lost; what somebody spent himself is neither. */
export const amountTone = ({
  kind,
  amount,
}: {
  readonly kind: string;
  readonly amount: number;
}): Tone | undefined => (kind === 'rollover-expiry' ? 'lost' : amount > 0 ? 'good' : undefined);

/** The lines of the ledger behind an answer. */
function entryLines({ evidence, code }: Answer, { words: zone, screen }: Telling): Words[] {
  const list = evidence.entries as readonly EntryEvidence[] | undefined;
  if (!list || list.length === 0) return [];
  const byOpening = code === 'upgraded' && evidence.elapsedDays === undefined;
  const lines = list.map((one) => {
    const at = zone.moment(parseInstant(one.effectiveAt) ?? 0).padEnd(24);
    const amount = toned(amountTone(one), signed(one.amount).padStart(5));
    const words = [
      `    ${at}  `,
      amount,
      `  ${kindWords(one, byOpening)}, balance ${formatAmount(one.balance)}`,
    ];
    return folded(screen, words, 37);
  });
  return ['  In your history:', ...lines];
}

/** For operators: whose system said so. */
function tokenLine({ evidence }: Answer, width: number): string[] {
  const token = evidence.token as { readonly id: number; readonly name: string } | undefined;
  return token
    ? [shortened(`  Brought over HTTP with token ${token.id} (${token.name}).`, width, 'middle')]
    : [];
}

/** For operators: who corrected something, by which run. */
function byLine({ evidence }: Answer, width: number): string[] {
  const { actor, run } = (evidence.by ?? {}) as {
    readonly actor?: string | null;
    readonly run?: number | null;
  };
  if (!actor) return [];
  return [shortened(`  Corrected by ${actor}${run ? `, run ${run}` : ''}.`, width, 'middle')];
}

/** For operators: what brings an account back that was put aside. */
function rerunLine({ code, evidence }: Answer, width: number): Words[] {
  const { run } = evidence as { run?: number };
  const heldUpBy = evidence.heldUpBy as { readonly run: number; readonly state: string } | null | undefined;
  const aside = code === 'put-aside' ? run : heldUpBy?.state === 'put-aside' ? heldUpBy.run : undefined;
  return aside === undefined
    ? []
    : [
        toned(
          'act',
          wrap(
            `Put aside by run ${aside}: once mended, "connects rerun ${aside}" settles what is due.`,
            '  ',
            width,
          ),
        ),
      ];
}

/** For operators: whether what is told of another account may be told to this member. */
function addressLine({ evidence, code }: Answer): string[] {
  if (code !== 'on-another-account') return [];
  const { accounts, ofThisAddress } = evidence as Readonly<Record<string, readonly string[]>>;
  const same = accounts?.length === ofThisAddress?.length;
  return [
    same
      ? '  Both have one address.'
      : '  The addresses differ: it may be another member. Look before you send this.',
  ];
}

function emailLine({ evidence }: Answer, { words, width }: Telling): string[] {
  const notice = evidence.notice as EmailEvidence | undefined;
  if (!notice) return [];
  const sentAt = parseInstant(notice.sentAt ?? '');
  if (sentAt !== undefined) return [`  Email: sent on ${words.moment(sentAt)}.`];
  if (notice.state === 'suppressed')
    return [wrap(`Email: none, ${suppressedWords(notice.why)}.`, '  ', width)];
  return [`  Email: ${EMAIL_WORDS[notice.state ?? notice.told] ?? notice.state ?? notice.told}.`];
}

interface EmailEvidence {
  readonly told: string;
  readonly state: string | null;
  readonly sentAt: string | null;
  readonly why: string | null;
}

/** What an operator gave as the reason is told as it stands. */
function suppressedWords(why: string | null): string {
  if (why === OPTED_OUT_SINCE) return 'because you turned them off before it was sent';
  if (why === NO_ADDRESS) return 'because there was no address to send it to';
  return why === null ? 'it was withheld' : `it was withheld: ${why.replace(/\.$/, '')}`;
}

const EMAIL_WORDS: Readonly<Record<string, string>> = {
  pending: 'waiting to be sent',
  claimed: 'about to be sent',
  sending: 'being sent',
  refused: 'your mail server refused it',
  'too-old': 'none, because it would have told of something long past',
  unchanged: 'none, because nothing changed',
  'opted-out': 'none, because you turned them off',
  'not-asked': 'none was asked for',
  staged: 'not found',
  'not-recorded': 'what had become of it by then was not recorded',
};
