/** Any id: whatever it stands for is told, and where it stands for several things, all of them. */
import { isLocalDate } from '../../domain/calendar.ts';
import { listDecisionsOf } from '../account-records.ts';
import type { ZoneWords } from '../member-words.ts';
import { type Answer, type Inquiry, idOf, kindOf } from './answer.ts';
import { explainEvent } from './about-event.ts';
import { explainEntry, explainNotice, explainRun, untouchedByRun } from './about-number.ts';
import { explainCycle } from './cycle.ts';
import { answersOf } from './decided.ts';
import { onOtherAccounts } from './elsewhere.ts';
import { explainInterview } from './interview.ts';
import { explainProposal } from './proposal.ts';
import { HELD_KINDS } from './records-by-id.ts';

type Explain = (inquiry: Inquiry, id: string) => Promise<Answer[]>;

/** What an id can stand for on an account, in the order in which it is told; empty where it has nothing of the kind. */
const MEANINGS = {
  proposal: knownProposal,
  interview: knownInterview,
  event: explainEvent,
  cycle: async (inquiry, id) => (isLocalDate(id) ? explainCycle(inquiry, id) : []),
  entry: numbered((inquiry, no) => explainEntry(inquiry, no, explainSubject)),
  run: numbered(explainRun),
  notice: numbered((inquiry, no) => explainNotice(inquiry, no, explainSubject)),
} as const satisfies Readonly<Record<string, Explain>>;

type MeaningName = keyof typeof MEANINGS;

/**
 * Everything that an id stands for on this account; where it is nothing here, on which others it is.
 * @param asked an id, a date, a number, or a subject as answers have it: `interview:i7`, `plan:e5`, `welcome`
 */
export async function explainAbout(inquiry: Inquiry, asked: string): Promise<Answer[]> {
  const found = asked.includes(':') || SUBJECTS.has(asked) ? await explainSubject(inquiry, asked) : [];
  for (const explain of Object.values(MEANINGS) as Explain[]) found.push(...(await explain(inquiry, asked)));
  if (found.length > 0) return withoutRepeats(found);
  const id = idOf(asked);
  const isMeant = (kind: string): boolean => !asked.includes(':') || kindOf(asked) === kind;
  const others = [
    ...(isMeant('run') ? await numbered(untouchedByRun)(inquiry, id) : []),
    ...(await onOtherAccounts(inquiry, id, HELD_KINDS.filter(isMeant))),
  ];
  return others.length > 0 ? others : [nothingBy(id, inquiry.words)];
}

/** An interview request that was asked for, or what else has that id. */
export async function interviewAsked(inquiry: Inquiry, id: string): Promise<Answer[]> {
  const answers = await explainInterview(inquiry, id);
  const about = answers.map((one) => one.evidence.proposal).find((one) => typeof one === 'string');
  const isStrange = answers.some((one) => one.code === 'unknown-proposal');
  if (isStrange) return [...answers, ...(await onOtherAccounts(inquiry, about ?? '', ['proposal']))];
  return isUnknown(answers) ? orElse(inquiry, id, 'interview', answers) : answers;
}

/** A proposal that was asked for, or what else has that id. */
export async function proposalAsked(inquiry: Inquiry, id: string): Promise<Answer[]> {
  const known = await knownProposal(inquiry, id);
  return known.length > 0 ? known : orElse(inquiry, id, 'proposal', await explainProposal(inquiry, id));
}

/** What the id stands for besides, said first; or on which account it is what was asked for. */
async function orElse(
  inquiry: Inquiry,
  id: string,
  asked: 'proposal' | 'interview',
  answers: readonly Answer[],
): Promise<Answer[]> {
  const others = await onOtherAccounts(inquiry, id, [asked]);
  const [first] = answers;
  if (others.length > 0 && first) return [first, ...others];
  for (const name of Object.keys(MEANINGS) as MeaningName[]) {
    const found = name === asked ? [] : await MEANINGS[name](inquiry, id);
    if (found.length > 0) return withoutRepeats([misnamed(id, asked, name, inquiry.words), ...found]);
  }
  return [...answers];
}

const misnamed = (
  id: string,
  asked: 'proposal' | 'interview',
  is: MeaningName,
  { texts: { ids: say } }: ZoneWords,
): Answer => ({
  subject: `${is}:${id}`,
  code: 'misnamed',
  sentence: say.misnamed({ id, asked: say[asked](), is: say[is]() }),
  evidence: { asked, is, id },
  rule: null,
  at: null,
  next: null,
});

// ------------------------------------------------------------------------------------------------ meanings

const isUnknown = (answers: readonly Answer[]): boolean => answers[0]?.code === 'nothing-recorded';

async function knownInterview(inquiry: Inquiry, id: string): Promise<Answer[]> {
  const answers = await explainInterview(inquiry, id);
  return isUnknown(answers) ? [] : answers;
}

/** Also one of which only an interview request, or a charge that was refused, is recorded. */
async function knownProposal(inquiry: Inquiry, id: string): Promise<Answer[]> {
  const answers = await explainProposal(inquiry, id);
  const nothing = new Set(['nothing-recorded', 'no-interview-request']);
  return answers.every((one) => one.subject === `proposal:${id}` && nothing.has(one.code)) ? [] : answers;
}

function numbered(explain: (inquiry: Inquiry, no: number) => Promise<Answer[]>): Explain {
  return async (inquiry, id) => (/^\d{1,15}$/.test(id) && Number(id) > 0 ? explain(inquiry, Number(id)) : []);
}

/** Subjects without an id. */
const SUBJECTS = new Set(['welcome', 'readiness-test']);

/** What a subject came to, as decisions, entries and emails name it. */
async function explainSubject(inquiry: Inquiry, subject: string): Promise<Answer[]> {
  const [kind, id] = [kindOf(subject), idOf(subject)];
  // A cycle's second grant is `cycle:<on>#2`.
  if (kind === 'cycle') return MEANINGS.cycle(inquiry, id.slice(0, 10));
  if (kind !== subject && Object.hasOwn(MEANINGS, kind)) return MEANINGS[kind as MeaningName](inquiry, id);
  return answersOf(inquiry, await listDecisionsOf(inquiry.db, inquiry.account.id, subject));
}

function withoutRepeats(answers: readonly Answer[]): Answer[] {
  const seen = new Set<string>();
  return answers.filter((one) => {
    const key = `${one.subject} ${one.code} ${one.at ?? ''} ${one.sentence}`;
    return !seen.has(key) && seen.add(key);
  });
}

const nothingBy = (id: string, { texts }: ZoneWords): Answer => ({
  subject: `about:${id}`,
  code: 'nothing-recorded',
  sentence: texts.ids.nothing({ id }),
  evidence: { id },
  rule: null,
  at: null,
  next: null,
});
