/** One account as text, within 100 columns: the member's view, the history, answers, what is ahead. */
import { parseInstant } from '../domain/calendar.ts';
import { NO_ADDRESS, OPTED_OUT_SINCE } from '../operations/mail/unsent-words.ts';
import type { AccountForecast } from '../reports/account-forecast.ts';
import type { HistoryLine } from '../reports/account-history.ts';
import type { AccountView } from '../reports/account-view.ts';
import type { Answer, EntryEvidence } from '../reports/explain/answer.ts';
import type { Explanation } from '../reports/explain/explain.ts';
import type { PastTold } from '../reports/explain/then.ts';
import {
  ZoneWords,
  connects,
  counted,
  dayWords,
  formatAmount,
  kindWords,
  listed,
  signed,
} from '../reports/member-words.ts';
import {
  interviewsOf,
  lateMarks,
  membershipOf,
  nextDateOf,
  shortDay,
  thenOf,
} from '../reports/view-words.ts';
import { commandOn } from './words.ts';

const WIDTH = 100;

/** Lines of at most `width`; a word that is longer than a line is cut. */
export function wrap(text: string, indent = '', width = WIDTH): string {
  const room = width - indent.length;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).flatMap((one) => one.match(new RegExp(`.{1,${room}}`, 'gu')) ?? [])) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => `${indent}${one}`).join('\n');
}

/** The middle of what is too long is left out: both ends of an id tell it apart. */
function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  const head = Math.ceil((max - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (max - 1 - head))}`;
}

// ------------------------------------------------------------------------------------------- explanations

export function explanationText(explanation: Explanation): string {
  const words = new ZoneWords(explanation.zone);
  const asOf = words.moment(parseInstant(explanation.asOf) ?? 0);
  const heading = wrap(
    `Account ${explanation.account}. Dates and times are of ${explanation.zone}; it is ${asOf}.`,
  );
  return [
    heading,
    ...pastText(explanation),
    ...explanation.answers.map((one) => answerText(one, words)),
  ].join('\n\n');
}

/** Of a past instant: that it is one, and what nobody can say of it. */
function pastText({ past, zone }: { readonly past: PastTold | null; readonly zone: string }): string[] {
  if (past === null) return [];
  const at = parseInstant(past.writtenUntil ?? '');
  const words =
    at === undefined
      ? 'Nothing had been recorded here by then: it is taken as now, with all that was recorded since.'
      : `This is how it stood on ${new ZoneWords(zone).moment(at)}: what was written later is left out. Not recorded ` +
        `of then: ${listed(past.notRecorded)}.`;
  return [wrap(words)];
}

/** What is for operators is shown quieter. */
export const withQuietCodes = (text: string): string =>
  text.replace(/^ {2}\([\w…-]+\)$/gm, (line) => `\u001B[2m${line}\u001B[0m`);

function answerText(answer: Answer, words: ZoneWords): string {
  const { rule, next, code } = answer;
  const since =
    rule && `Rule since ${dayWords(rule.effectiveFrom)} (terms version ${rule.termsVersion}): ${rule.text}`;
  const parts = [
    wrap(answer.sentence),
    ...listOf(countedLines(answer, words)),
    ...listOf(entryLines(answer, words)),
    ...postedLine(answer, words),
    ...listOf(emailLine(answer, words)),
    ...tokenLine(answer),
    ...byLine(answer),
    ...rerunLine(answer),
    ...addressLine(answer),
    ...(since ? [wrap(since, '  ')] : []),
    ...(next === null ? [] : [wrap(`Next: ${next}`, '  ')]),
    shorten(`  (${code})`, WIDTH),
  ];
  return parts.join('\n');
}

const listOf = (lines: readonly string[]): readonly string[] =>
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
function countedLines({ evidence, code }: Answer, words: ZoneWords): string[] {
  const list = evidence.counted as readonly CountedAward[] | undefined;
  if (!list || list.length === 0 || !SHOWING_WINDOW.has(code)) return [];
  const times = list.map(({ occurredAt }) => words.exact(parseInstant(occurredAt) ?? 0));
  const width = Math.max(24, ...times.map((one) => one.length));
  const lines = list.map(({ interview, proposal, amount }, index) => {
    const about = shorten(`interview ${interview}, proposal ${proposal}`, 86 - width);
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

/** The lines of the ledger behind an answer. */
function entryLines({ evidence, code }: Answer, words: ZoneWords): string[] {
  const list = evidence.entries as readonly EntryEvidence[] | undefined;
  if (!list || list.length === 0) return [];
  const byOpening = code === 'upgraded' && evidence.elapsedDays === undefined;
  const lines = list.map((one) => {
    const at = words.moment(parseInstant(one.effectiveAt) ?? 0).padEnd(24);
    const action = kindWords(one, byOpening);
    return `    ${at}  ${signed(one.amount).padStart(5)}  ${action}, balance ${formatAmount(one.balance)}`;
  });
  return ['  In your history:', ...lines];
}

/** For operators: whose system said so. */
function tokenLine({ evidence }: Answer): string[] {
  const token = evidence.token as { readonly id: number; readonly name: string } | undefined;
  return token ? [shorten(`  Brought over HTTP with token ${token.id} (${token.name}).`, WIDTH)] : [];
}

/** For operators: who corrected something, by which run. */
function byLine({ evidence }: Answer): string[] {
  const { actor, run } = (evidence.by ?? {}) as {
    readonly actor?: string | null;
    readonly run?: number | null;
  };
  if (!actor) return [];
  return [shorten(`  Corrected by ${actor}${run ? `, run ${run}` : ''}.`, WIDTH)];
}

/** For operators: what brings an account back that was put aside. */
function rerunLine({ code, evidence }: Answer): string[] {
  const { run } = evidence as { run?: number };
  const heldUpBy = evidence.heldUpBy as { readonly run: number; readonly state: string } | null | undefined;
  const aside = code === 'put-aside' ? run : heldUpBy?.state === 'put-aside' ? heldUpBy.run : undefined;
  return aside === undefined
    ? []
    : [`  Put aside by run ${aside}: once mended, "connects rerun ${aside}" settles what is due.`];
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

function emailLine({ evidence }: Answer, words: ZoneWords): string[] {
  const notice = evidence.notice as EmailEvidence | undefined;
  if (!notice) return [];
  const sentAt = parseInstant(notice.sentAt ?? '');
  if (sentAt !== undefined) return [`  Email: sent on ${words.moment(sentAt)}.`];
  if (notice.state === 'suppressed') return [wrap(`Email: none, ${suppressedWords(notice.why)}.`, '  ')];
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

// -------------------------------------------------------------------------------------------------- views

export function viewText(view: AccountView): string {
  const words = new ZoneWords(view.zone);
  const rows: [string, string][] = [
    ['Membership', membershipOf(view)],
    ['Connects', formatAmount(view.balance)],
    ['Next date', nextDateOf(view)],
    ['Then', view.next === null ? 'nothing' : thenOf(view.next)],
    ['This cycle', `since ${dayWords(view.cycleOn)}`],
    ...(view.owed > 0
      ? [['Owed', `${connects(view.owed)}, taken from the next Connects of a paid plan`] as [string, string]]
      : []),
    ...(view.interviewWindow ? [['Interviews', interviewsOf(view.interviewWindow)] as [string, string]] : []),
    ['Emails', view.emails],
    ...(view.locale === null ? [] : [['Language', view.locale] as [string, string]]),
    ...(view.putAside
      ? [
          [
            'Held up',
            `by an error of ours: see "${commandOn('connects account explain', view.account)}"`,
          ] as [string, string],
        ]
      : []),
  ];
  const lines = rows.map(([label, text]) =>
    wrap(text, ' '.repeat(14)).replace(/^ {14}/, `  ${label.padEnd(12)}`),
  );
  const history =
    view.latest.length > 0 ? ['', 'Latest in Connects History', '', historyText(view.latest, words)] : [];
  return [
    wrap(`Memberships & Connects of ${view.account}${thenOfPast(view)} (dates of ${view.zone})`),
    '',
    ...lines,
    ...history,
    ...pastText(view).flatMap((text) => ['', text]),
  ].join('\n');
}

const thenOfPast = ({ past, zone }: AccountView): string => {
  const at = parseInstant(past?.writtenUntil ?? '');
  return at === undefined ? '' : ` as of ${new ZoneWords(zone).moment(at)}`;
};

// ------------------------------------------------------------------------------------------------ history

const ACTION_WIDTH = 62;

/** The newest first; lines that belong together are held by a bracket, with their sum. */
export function historyText(lines: readonly HistoryLine[], words: ZoneWords): string {
  const row = (date: string, mark: string, action: string, amount: string, balance: string): string =>
    `${date.padEnd(11)}  ${mark} ${action.padEnd(ACTION_WIDTH)}  ${amount.padStart(8)}  ${balance.padStart(9)}`;
  return [
    row('Date', ' ', 'Action', 'Connects', 'Balance'),
    row('-'.repeat(11), ' ', '-'.repeat(ACTION_WIDTH), '-'.repeat(8), '-'.repeat(9)),
    ...lines.map((line) =>
      row(
        shortDay(line.on),
        markOf(line),
        actionOf(line, words),
        signed(line.amount),
        formatAmount(line.balance),
      ),
    ),
  ].join('\n');
}

/** Newest first: the last part of a group stands on top. */
function markOf({ group }: HistoryLine): string {
  if (group === null) return ' ';
  if (group.part === group.of) return '┌';
  return group.part === 1 ? '└' : '│';
}

function actionOf(line: HistoryLine, words: ZoneWords): string {
  const late = lateMarks(line, words);
  const { group } = line;
  const sum =
    group !== null && group.part === group.of && group.isOneSum ? `, ${signed(group.total)} in all` : '';
  const room = ACTION_WIDTH - late.length - sum.length;
  // Of a reason the beginning is told, which --json has whole.
  const isCut = line.reason !== null && line.action.length > room;
  return (isCut ? `${line.action.slice(0, room - 1)}…` : shorten(line.action, room)) + late + sum;
}

// ----------------------------------------------------------------------------------------------- forecast

export function forecastText(ahead: AccountForecast): string {
  if (ahead.cycles.length === 0)
    return wrap(`Account ${ahead.account} is closed: no billing cycle begins any more.`);
  const row = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => (index === 0 ? cell.padEnd(18) : cell.padStart(9)))
      .join('  ')
      .trimEnd();
  const rows = ahead.cycles.map((one) =>
    row([
      dayWords(one.cycleOn),
      ...[one.opening, 0 - one.expired, one.free, one.paid - one.recovered, one.closing].map(cellOf),
    ]),
  );
  const due = ahead.cycles.filter((one) => (one.startsAt ?? '') <= ahead.asOf).length;
  const suspended = ahead.cycles.some((one) => one.code === 'account-inactive');
  return [
    wrap(
      `The next ${counted(ahead.cycles.length, 'billing cycle')} of ${ahead.account}, if nothing is spent or received ` +
        `and nothing changes (dates of ${ahead.zone}; terms version ${ahead.termsVersion}).`,
    ),
    ...pastText(ahead),
    ...(due > 0 ? [wrap(begunWords(due))] : []),
    ...(suspended
      ? [wrap('The account is suspended: while it is, nothing is added and nothing expires.')]
      : []),
    '',
    row(['Begins', 'Before', 'Expire', 'Free', 'Plan', 'After']),
    ...rows,
  ].join('\n');
}

const begunWords = (due: number): string =>
  due === 1
    ? 'The first has begun already, and is still to be settled.'
    : `The first ${due} have begun already, and are still to be settled.`;

const cellOf = (amount: number): string => (amount < 0 ? `−${formatAmount(-amount)}` : formatAmount(amount));
