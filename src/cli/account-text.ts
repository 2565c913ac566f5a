/** What is answered about one account, as text within 100 columns: the answers, and what each rests on. */
import { type Instant, parseInstant } from '../domain/calendar.ts';
import { NO_ADDRESS, OPTED_OUT_SINCE } from '../operations/mail/unsent-words.ts';
import type { Answer, EntryEvidence } from '../reports/explain/answer.ts';
import type { Explanation } from '../reports/explain/explain.ts';
import type { PastTold } from '../reports/explain/then.ts';
import { ZoneWords, kindWords } from '../reports/member-words.ts';
import { folded, wrap } from './prose.ts';
import { type Screen, type Tone, type Words, linesOf, paragraphsOf, proseColumns, toned } from './screen.ts';
import { shortened } from './shorten.ts';

export function explanationText(screen: Screen, explanation: Explanation): Words {
  const { account, zone, locale, answers } = explanation;
  const words = new ZoneWords(zone, locale);
  const width = proseColumns(screen);
  const moment = words.moment(parseInstant(explanation.asOf) ?? 0);
  return paragraphsOf([
    wrap(words.texts.frame.heading({ account, zone, moment }), '', width),
    ...pastText(explanation, width, words),
    ...answers.flatMap((one) => {
      // What has no texts in the language is English as a whole, and says so in both.
      if (one.locale === undefined) return [answerText(one, { words, width, screen })];
      const telling = { words: new ZoneWords(zone, one.locale), width, screen };
      return [linesOf([wrap(words.texts.frame.otherLanguage(), '', width), answerText(one, telling)])];
    }),
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
  words = new ZoneWords(zone),
): string[] {
  if (past === null) return [];
  const { frame: say, listed } = words.texts;
  const at = parseInstant(past.writtenUntil ?? '');
  if (at === undefined) return [wrap(say.notHereThen(), '', width)];
  const missing = listed([say.missingAddress(), say.missingEmail(), say.missingAttempts()]);
  return [wrap(say.asItStood({ moment: words.moment(at), missing }), '', width)];
}

function answerText(answer: Answer, telling: Telling): Words {
  const { rule, next, code } = answer;
  const { width, words } = telling;
  const { frame: say } = words.texts;
  const since =
    rule && say.ruleSince({ day: words.on(rule.effectiveFrom), version: rule.termsVersion, text: rule.text });
  return linesOf([
    wrap(answer.sentence, '', width),
    ...listOf(telling, countedLines(answer, telling)),
    ...listOf(telling, entryLines(answer, telling)),
    ...postedLine(answer, telling.words),
    ...listOf(telling, emailLine(answer, telling)),
    ...tokenLine(answer, telling),
    ...byLine(answer, telling),
    ...rerunLine(answer, telling),
    ...addressLine(answer, telling),
    ...(since ? [toned('quiet', wrap(since, '  ', width))] : []),
    ...(next === null ? [] : [wrap(say.next({ sentence: next }), '  ', width)]),
    // For operators.
    toned('quiet', shortened(`  (${code})`, width, 'middle')),
  ]);
}

function listOf({ words }: Telling, lines: readonly Words[]): readonly Words[] {
  const more = lines.length - LISTED_MAX;
  if (more <= 0) return lines;
  return [...lines.slice(0, LISTED_MAX), `    ${words.texts.frame.andMore({ count: more })}`];
}

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
  const { frame: say } = words.texts;
  const instants = list.map(({ occurredAt }) => parseInstant(occurredAt) ?? 0);
  const times = instants.map(words.momentsOf([...instants, ...beginOf(evidence)]));
  const width = Math.max(24, ...times.map((one) => one.length));
  const lines = list.map(({ interview, proposal, amount }, index) => {
    const about = shortened(say.award({ interview, proposal }), columns - 14 - width, 'middle');
    return `    ${times[index]?.padEnd(width)}  ${words.texts.signed(amount).padStart(4)}  ${about}`;
  });
  const sum = list.reduce((total, one) => total + one.amount, 0);
  const { held = sum, countedInAll = list.length } = evidence as { held?: number; countedInAll?: number };
  const earlier = countedInAll - list.length;
  const before = `    ${say.earlierOnes({ count: earlier }).padEnd(width)}  ${words.texts.signed(held - sum).padStart(4)}`;
  return [
    `  ${say.counted()}`,
    ...(earlier > 0 ? [before] : []),
    ...lines,
    `    ${say.inAll().padEnd(width)}  ${words.texts.signed(held).padStart(4)}`,
  ];
}

/** The beginning of the window, which decides what lies in it. */
function beginOf({ windowEndsAt, windowDays }: Answer['evidence']): Instant[] {
  const endsAt = typeof windowEndsAt === 'string' ? parseInstant(windowEndsAt) : undefined;
  return endsAt === undefined || typeof windowDays !== 'number' ? [] : [endsAt - windowDays * 86_400_000];
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
  if (words.dateOf(posted) <= words.dateOf(counts)) return [];
  return [`  ${words.texts.frame.posted({ moment: words.moment(posted) })}`];
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
  const { frame: say } = zone.texts;
  const byOpening = code === 'upgraded' && evidence.elapsedDays === undefined;
  const instants = list.map((one) => parseInstant(one.effectiveAt) ?? 0);
  const times = instants.map(zone.momentsOf(instants));
  const width = Math.max(24, ...times.map((one) => one.length));
  const lines = list.map((one, index) => {
    const at = times[index]?.padEnd(width);
    const amount = toned(amountTone(one), zone.texts.signed(one.amount).padStart(5));
    const words = [
      `    ${at}  `,
      amount,
      `  ${say.line({ action: kindWords(one, byOpening, zone.texts), balance: one.balance })}`,
    ];
    return folded(screen, words, width + 13);
  });
  return [`  ${say.inHistory()}`, ...lines];
}

/** For operators: whose system said so. */
function tokenLine({ evidence }: Answer, { words, width }: Telling): string[] {
  const token = evidence.token as { readonly id: number; readonly name: string } | undefined;
  if (!token) return [];
  const told = words.texts.frame.token({ token: String(token.id), name: token.name });
  return [shortened(`  ${told}`, width, 'middle')];
}

/** For operators: who corrected something, by which run. */
function byLine({ evidence }: Answer, { words, width }: Telling): string[] {
  const { actor, run } = (evidence.by ?? {}) as {
    readonly actor?: string | null;
    readonly run?: number | null;
  };
  if (!actor) return [];
  const { frame: say } = words.texts;
  const told = run ? say.correctedByRun({ actor, run: String(run) }) : say.correctedBy({ actor });
  return [shortened(`  ${told}`, width, 'middle')];
}

/** For operators: what brings an account back that was put aside. */
function rerunLine({ code, evidence }: Answer, { words, width }: Telling): Words[] {
  const { run } = evidence as { run?: number };
  const heldUpBy = evidence.heldUpBy as { readonly run: number; readonly state: string } | null | undefined;
  const aside = code === 'put-aside' ? run : heldUpBy?.state === 'put-aside' ? heldUpBy.run : undefined;
  if (aside === undefined) return [];
  const told = words.texts.frame.putAside({ run: String(aside), command: `connects rerun ${aside}` });
  return [toned('act', wrap(told, '  ', width))];
}

/** For operators: whether what is told of another account may be told to this member. */
function addressLine({ evidence, code }: Answer, { words }: Telling): string[] {
  if (code !== 'on-another-account') return [];
  const { accounts, ofThisAddress } = evidence as Readonly<Record<string, readonly string[]>>;
  const same = accounts?.length === ofThisAddress?.length;
  const { frame: say } = words.texts;
  return [`  ${same ? say.oneAddress() : say.otherAddresses()}`];
}

function emailLine({ evidence }: Answer, { words, width }: Telling): string[] {
  const notice = evidence.notice as EmailEvidence | undefined;
  if (!notice) return [];
  const { frame: say } = words.texts;
  const sentAt = parseInstant(notice.sentAt ?? '');
  if (sentAt !== undefined) return [`  ${say.emailSent({ moment: words.moment(sentAt) })}`];
  if (notice.state === 'suppressed')
    return [wrap(say.email({ state: suppressedWords(notice.why, words) }), '  ', width)];
  const state = notice.state ?? notice.told;
  return [
    `  ${say.email({ state: EMAIL_STATES.find((one) => one === state) ? say[state as EmailState]() : state })}`,
  ];
}

interface EmailEvidence {
  readonly told: string;
  readonly state: string | null;
  readonly sentAt: string | null;
  readonly why: string | null;
}

/** What an operator gave as the reason is told as it stands. */
function suppressedWords(why: string | null, { texts: { frame: say } }: ZoneWords): string {
  if (why === OPTED_OUT_SINCE) return say.offSince();
  if (why === NO_ADDRESS) return say.noAddress();
  return why === null ? say.withheld() : say.withheldFor({ reason: why.replace(/\.$/, '') });
}

const EMAIL_STATES = [
  'pending',
  'claimed',
  'sending',
  'refused',
  'too-old',
  'unchanged',
  'opted-out',
  'not-asked',
  'staged',
  'not-recorded',
] as const;
type EmailState = (typeof EMAIL_STATES)[number];
