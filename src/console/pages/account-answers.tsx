/** Answers of `explain` on a page: the sentence first, its rule and what it rests on below. */
import type { Instant } from '../../domain/calendar.ts';
import { parseInstant } from '../../domain/calendar.ts';
import type { Answer } from '../../reports/explain/answer.ts';
import { type Explanation, type Question, explainAccount } from '../../reports/explain/explain.ts';
import { isLocalDate } from '../../domain/calendar.ts';
import { dayWords } from '../../reports/member-words.ts';
import { writeReply } from '../../reports/ticket/reply.ts';
import type { Queryable } from '../../db/query.ts';
import { DateTime } from 'luxon';
import { ShortTime } from '../parts/times.tsx';
import { runAddress } from '../parts/addresses.ts';

interface AnswerProps {
  readonly answer: Answer;
  readonly zone: string;
  readonly now: Instant;
}

/** Its first sentence leads, the others follow. */
export function AnswerQuote({ answer, zone, now }: AnswerProps) {
  const { sentence, next, rule } = answer;
  const [lead, rest] = inTwo(sentence);
  return (
    <div class="quote">
      <p class="lead">{lead}</p>
      {rest === '' ? '' : <p class="q">{rest}</p>}
      {next === null || sentence.includes(next) ? '' : <p class="q">{next}</p>}
      {rule === null ? '' : <p class="qq">{rule.text}</p>}
      <p class="qq">
        <Grounds answer={answer} zone={zone} now={now} />
      </p>
    </div>
  );
}

/** `80 Connects were added. Before that …` → its first sentence, and what follows it. */
function inTwo(text: string): [string, string] {
  const end = /[.!?](?= [A-Z0-9])/.exec(text);
  return end === null ? [text, ''] : [text.slice(0, end.index + 1), text.slice(end.index + 2)];
}

interface Evidence {
  readonly run?: number | null;
  readonly runId?: number | null;
  readonly notice?: { readonly state: string | null; readonly sentAt: string | null };
  readonly by?: { readonly actor?: string | null };
}

/** For operators: the code, since when the rule holds, by which run, whether an email told of it. */
function Grounds({ answer, zone, now }: AnswerProps) {
  const { code, rule, evidence } = answer;
  const { run, runId, notice, by } = evidence as Evidence;
  const ran = typeof run === 'number' ? run : typeof runId === 'number' ? runId : undefined;
  const sentAt = parseInstant(notice?.sentAt ?? '');
  return (
    <>
      <span class="mono">{code}</span>
      {rule === null
        ? ''
        : ` · rule since ${dayWords(rule.effectiveFrom)}, terms version ${rule.termsVersion}`}
      {ran === undefined ? (
        ''
      ) : (
        <>
          {' · run '}
          <a class="link" href={runAddress(ran)}>
            {ran.toLocaleString('en-US')}
          </a>
        </>
      )}
      {sentAt === undefined ? (
        ''
      ) : (
        <>
          {' · email sent '}
          <ShortTime at={sentAt} zone={zone} now={now} />
        </>
      )}
      {by?.actor ? ` · by ${by.actor}` : ''}
    </>
  );
}

// ------------------------------------------------------------------------------------------------ questions

const DAY_FORMATS = ['d LLL yyyy', 'd LLLL yyyy', 'LLLL d, yyyy', 'd.M.yyyy'];

/** `since 1 November 2026`, a date, or whatever has an id here; undefined where it is none of these. */
export function questionOf(asked: string): Question | undefined {
  const since = /^since[\s:]+(.+)$/i.exec(asked)?.[1];
  if (since !== undefined) {
    const on = dateIn(since);
    return on === undefined ? undefined : { since: on };
  }
  const on = dateIn(asked);
  if (on !== undefined) return { about: on };
  return /^[A-Za-z0-9._:#-]{1,120}$/.test(asked) ? { about: asked } : undefined;
}

function dateIn(text: string): string | undefined {
  const trimmed = text.trim();
  if (isLocalDate(trimmed)) return trimmed;
  const read = DAY_FORMATS.map((format) =>
    DateTime.fromFormat(trimmed, format, { zone: 'utc', locale: 'en' }),
  );
  return read.find((one) => one.isValid)?.toISODate() ?? undefined;
}

/** The letter that says so to the member. */
export function letterOf({ account, question, answers }: Explanation): string {
  const rules = answers.flatMap(({ rule }) =>
    rule === null ? [] : [{ name: rule.text, text: rule.text, since: rule.effectiveFrom }],
  );
  return writeReply([{ account, question, answers }], rules, false).reply;
}

/** What a line of the history is about; the line itself is on the page already, and told only where nothing else is. */
export async function explainLine(db: Queryable, account: string, seq: number): Promise<Explanation> {
  const told = await explainAccount(db, account, { about: `entry:${seq}` });
  const others = butLines(told);
  if (others.length > 0) return { ...told, answers: others };
  const event = idBehind(told.answers);
  if (event === undefined) return told;
  const ofEvent = butLines(await explainAccount(db, account, { about: event }));
  return ofEvent.length === 0 ? told : { ...told, answers: ofEvent };
}

const butLines = ({ answers }: Explanation): readonly Answer[] =>
  answers.filter((one) => one.code !== 'line' && one.code !== 'nothing-recorded');

/** Of what no decision was recorded, such as a correction, the event says more: `adjustment:e5`. */
function idBehind([line]: readonly Answer[]): string | undefined {
  const [entry] = (line?.evidence['entries'] ?? []) as readonly { readonly subject?: string }[];
  return entry?.subject?.split(':')[1];
}
