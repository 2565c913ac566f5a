/**
 * Complaints as members write them, each with the facts behind it, ways to ask with what the complainer has, and the
 * facts that an answer must state: code, amounts, instants, what comes next. Not how it words them.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from '../../src/app.ts';
import { type AccountRowGiven, importRows } from './accounts.ts';
import { type Fields, fact, record, settleAsOf } from './facts.ts';
import { runHere } from './in-process.ts';
import type { StoryTime } from './story-time.ts';

export interface Complaint {
  /** The file's name without its ending. */
  readonly name: string;
  /** The kind of complaint, numbered as in the list of kinds. */
  readonly kind: number;
  /** As it was written to us. */
  readonly complaint: string;
  readonly members: readonly (AccountRowGiven & { readonly email: string })[];
  /** `2021-03-02 09:00 rosa plan.upgraded`, with `name=value` fields; `arrives=…` later than it happened; or `… sweep`. */
  readonly story: readonly string[];
  /** When the question comes, in UTC. */
  readonly asked: string;
  /** Command lines; `{complaint}` is the text, as one argument. Each of them must state every fact. */
  readonly asks: readonly string[];
  readonly facts: readonly ExpectedFact[];
}

/** What one of the answers, or one of the rules, must state. */
interface ExpectedFact {
  readonly subject?: string;
  readonly code?: string;
  readonly at?: string;
  readonly evidence?: Readonly<Record<string, unknown>>;
  /** Kind and amount of the entries in the evidence, in their order. */
  readonly entries?: readonly (readonly [string, number])[];
  /** Amounts and dates that the sentence or what comes next names. */
  readonly names?: readonly string[];
  /** What the next step names. */
  readonly next?: readonly string[];
  /** Words of the rule that is quoted. */
  readonly rule?: readonly string[];
}

/** One way of asking, and what its answer leaves out. */
export interface AskedComplaint {
  readonly ask: string;
  /** The facts that no answer states, as JSON; empty where it is answered. */
  readonly missing: readonly string[];
  readonly output: string;
}

const FOLDER = join(import.meta.dirname ?? __dirname, '../scenarios/complaints');

export const readComplaints = (): Complaint[] =>
  readdirSync(FOLDER)
    .map((file) => ({
      name: file.replace(/\.json$/, ''),
      ...(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Omit<Complaint, 'name'>),
    }))
    .toSorted((a, b) => a.kind - b.kind);

/** Lets it happen, and asks in every way. Accounts of complaints differ. */
export async function askAll(story: StoryTime, complaint: Complaint): Promise<AskedComplaint[]> {
  await letHappen(story, complaint);
  const { app } = story.installation;
  const asked: AskedComplaint[] = [];
  for (const ask of complaint.asks) asked.push(await askOnce(app, complaint, ask));
  return asked;
}

/** Each fact posted when it arrived, up to when the question comes. */
export async function letHappen(
  { installation: { app }, becomes }: StoryTime,
  complaint: Complaint,
): Promise<void> {
  becomes(earliestOf(complaint));
  await importRows(app, complaint.members);
  for (const [index, line] of complaint.story.entries()) {
    const step = stepOf(line);
    becomes(step.arrivesAt);
    await happen(app, complaint, step, `${complaint.name}-${index + 1}`);
  }
  becomes(complaint.asked);
}

/** A way of asking as arguments. */
export const argsOf = (ask: string, { complaint }: Complaint): string[] =>
  ask.split(' ').map((one) => (one === '{complaint}' ? complaint : one));

// ---------------------------------------------------------------------------------------------- what happened

interface Step {
  readonly at: string;
  readonly arrivesAt: string;
  readonly account: string;
  readonly type: string;
  readonly fields: Fields;
}

function stepOf(line: string): Step {
  const [day = '', time = '', first = '', second = '', ...rest] = line.split(' ');
  const at = `${day} ${time}`;
  const { arrives, ...fields } = Object.fromEntries(rest.map((one) => one.split('=', 2) as [string, string]));
  const isSweep = first === 'sweep';
  return {
    at,
    arrivesAt: arrives?.replace('T', ' ') ?? at,
    account: isSweep ? '' : first,
    type: isSweep ? 'sweep' : second,
    fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, valueOf(name, value)])),
  };
}

const valueOf = (name: string, value: string): string | number =>
  name === 'amount' || name === 'connects' ? Number(value) : value;

async function happen(app: App, { members, story }: Complaint, step: Step, id: string): Promise<void> {
  if (step.type !== 'sweep') {
    await record(app, [fact(id, step.account, step.at, step.type, step.fields)]);
    return;
  }
  const opened = story.map(stepOf).filter((one) => one.type === 'account.opened' && one.at < step.at);
  const accounts = [...members.map((one) => one.id), ...opened.map((one) => one.account)];
  await settleAsOf(app, accounts, step.at);
}

/** When the first account was taken over. */
const earliestOf = ({ members }: Complaint): string =>
  members
    .map((one) => (one.trackedFrom ?? one.anchorOn ?? '').slice(0, 10))
    .toSorted()
    .at(0) ?? '';

// -------------------------------------------------------------------------------------------- what is answered

async function askOnce(app: App, complaint: Complaint, ask: string): Promise<AskedComplaint> {
  const { code, stdout, stderr } = await runHere([...argsOf(ask, complaint), '--json'], { app });
  if (code !== 0) return { ask, missing: [stderr], output: stdout };
  const stated = statedIn(JSON.parse(stdout) as unknown);
  return {
    ask,
    missing: complaint.facts
      .filter((one) => !stated.some((answer) => states(answer, one)))
      .map((one) => JSON.stringify(one)),
    output: stdout,
  };
}

type Stated = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Stated =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every answer and every rule of a document, wherever it stands in it. */
function statedIn(value: unknown): Stated[] {
  if (Array.isArray(value)) return value.flatMap(statedIn);
  if (!isObject(value)) return [];
  if ('sentence' in value || 'text' in value) return [value, ...statedIn(value.rule)];
  // What all the rewards are is one sentence.
  const rewards = typeof value.rewards === 'string' ? [{ text: value.rewards }] : [];
  return [...rewards, ...Object.values(value).flatMap(statedIn)];
}

function states(answer: Stated, expected: ExpectedFact): boolean {
  const { names = [], next = [], rule = [], entries, evidence, ...same } = expected;
  const told = [answer.sentence, answer.next, answer.text].filter((one) => typeof one === 'string').join(' ');
  const ruled = isObject(answer.rule) ? answer.rule.text : answer.text;
  return (
    contains(answer, same) &&
    (evidence === undefined || contains(answer.evidence, evidence)) &&
    (entries === undefined || sameEntries(answer.evidence, entries)) &&
    names.every((one) => named(told, one)) &&
    next.every((one) => named(textOf(answer.next), one)) &&
    rule.every((one) => named(textOf(ruled), one))
  );
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** As a word of its own: 10 is not named by 210. */
const named = (text: string, word: string): boolean =>
  new RegExp(`(?<![\\w,.])${word}(?!\\w)`, 'i').test(text);

/** Whether all that is expected is there; more may be. */
function contains(actual: unknown, expected: unknown): boolean {
  if (!isObject(expected)) return actual === expected;
  return isObject(actual) && Object.entries(expected).every(([name, value]) => contains(actual[name], value));
}

function sameEntries(evidence: unknown, expected: readonly (readonly [string, number])[]): boolean {
  const entries = isObject(evidence) && Array.isArray(evidence.entries) ? (evidence.entries as Stated[]) : [];
  return JSON.stringify(entries.map(({ kind, amount }) => [kind, amount])) === JSON.stringify(expected);
}
