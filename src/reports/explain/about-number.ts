/** Numbers that this program gave: a line of the history, a run, an email. */
import { findRun } from '../../ledger/runs.ts';
import { listEntriesBefore } from '../account-records.ts';
import { counted, dayWords, listed, signed } from '../member-words.ts';
import { actionOfLine } from '../account-history.ts';
import { type Answer, type Inquiry, entryEvidence, iso } from './answer.ts';
import { explainCycle } from './cycle.ts';
import { factOfEntry, reachingOf } from './lateness.ts';
import { lateSentence, reachingEvidence } from './reaching.ts';
import { type RecordedNotice, findFailureOfRun, findNoticeOf, listCyclesOfRun } from './records-by-id.ts';

/** Tells what a subject came to. */
export type ExplainSubject = (inquiry: Inquiry, subject: string) => Promise<Answer[]>;

/** The largest number of a line. */
const SEQ_MAX = 2 ** 31 - 1;

/** A line of this account's history, and what it was posted for. */
export async function explainEntry(
  inquiry: Inquiry,
  seq: number,
  explainSubject: ExplainSubject,
): Promise<Answer[]> {
  if (seq > SEQ_MAX - 1) return [];
  const all = { kinds: undefined, from: undefined, until: undefined };
  const [entry] = await listEntriesBefore(inquiry.db, inquiry.account.id, all, { before: seq + 1, limit: 1 });
  if (entry?.seq !== seq) return [];
  const { subject, amount, balance, effectiveAt } = entry;
  const [reaching] = await reachingOf(inquiry, [factOfEntry(entry)]);
  const line: Answer = {
    subject: `entry:${seq}`,
    code: 'line',
    sentence:
      `Line ${seq} of your history, of ${inquiry.words.day(effectiveAt)}: ${await actionOfLine(inquiry, entry)}, ` +
      `${signed(amount)}; your balance was ${balance} then.` +
      (reaching ? lateSentence(reaching, inquiry.words) : ''),
    evidence: { entries: [entryEvidence(entry)], ...(reaching && reachingEvidence(reaching)) },
    rule: null,
    at: iso(effectiveAt),
    next: null,
  };
  return [line, ...(await explainSubject(inquiry, subject))];
}

/** Cycles of one run, or of one email, that are told one by one. */
const CYCLES_MAX = 12;

const RUN_WORDS = {
  sweep: 'pass over all accounts that were due',
  rerun: 'second pass over accounts that had failed',
  backfill: 'addition of billing cycles that had been missing',
  reversal: 'correction of an earlier pass',
} as const;

/** What a run did to this account; nothing where it did nothing. */
export async function explainRun(inquiry: Inquiry, id: number): Promise<Answer[]> {
  const { db, account } = inquiry;
  const cycles = await listCyclesOfRun(db, account.id, id);
  const failure = await findFailureOfRun(db, account.id, id);
  if (cycles.length === 0 && !failure) return [];
  const dates = listed(cycles.slice(-CYCLES_MAX).map(dayWords));
  const earlier =
    cycles.length > CYCLES_MAX ? `${counted(cycles.length - CYCLES_MAX, 'earlier one')} and ` : '';
  const touched =
    cycles.length > 0
      ? ` It concerned your billing ${cycles.length === 1 ? 'cycle' : 'cycles'} of ${earlier}${dates}.`
      : '';
  const failed = failure
    ? ` Your account could not be brought up to date by it${failure.state === 'cleared' ? ' at first' : ''}, because of ` +
      `an error on our side (${failure.code}).`
    : '';
  const about = await runAnswer(inquiry, id, 'did-something', `${touched}${failed}`, {
    cycles,
    failure: failure ?? null,
  });
  const answers: Answer[] = [...about];
  for (const on of cycles.slice(-CYCLES_MAX)) answers.push(...(await explainCycle(inquiry, on)));
  return answers;
}

/** A run that left this account alone. */
export const untouchedByRun = (inquiry: Inquiry, id: number): Promise<Answer[]> =>
  runAnswer(inquiry, id, 'did-nothing', ' It changed nothing of your account.', {
    cycles: [],
    failure: null,
  });

async function runAnswer(
  { db, words }: Inquiry,
  id: number,
  code: string,
  did: string,
  evidence: Answer['evidence'],
): Promise<Answer[]> {
  const run = await findRun(db, id);
  if (!run) return [];
  return [
    {
      subject: `run:${id}`,
      code,
      sentence: `Run ${id} was our ${RUN_WORDS[run.kind]}, on ${words.moment(run.startedAt)}.${did}`,
      evidence: { run: id, kind: run.kind, state: run.state, asOf: iso(run.asOf), ...evidence },
      rule: null,
      at: iso(run.startedAt),
      next: null,
    },
  ];
}

const NOTICE_WORDS: Readonly<Record<string, string>> = {
  grant: 'your monthly Connects',
  welcome: 'your welcome Connects',
  'readiness-test': 'the Readiness Test',
  'interview-award': 'an interview award',
  upgrade: 'your upgrade',
  'payment-failed': 'a payment that failed',
  backfill: 'Connects that had been missing',
  reversal: 'a correction',
  reminder: 'Connects that were about to expire',
};

/** An email to this account, and what it tells of. */
export async function explainNotice(
  inquiry: Inquiry,
  id: number,
  explainSubject: ExplainSubject,
): Promise<Answer[]> {
  const notice = await findNoticeOf(inquiry.db, inquiry.account.id, id);
  if (!notice) return [];
  return [noticeAnswer(inquiry, notice), ...(await toldBy(inquiry, notice, explainSubject))];
}

function noticeAnswer({ words }: Inquiry, notice: RecordedNotice): Answer {
  const { id, kind, ref, state, stagedAt, sentAt, why, firstCycleOn, lastCycleOn } = notice;
  const about = NOTICE_WORDS[kind] ?? kind;
  return {
    subject: `notice:${id}`,
    code: state,
    sentence:
      `Email ${id} is about ${about}; it was written down on ${words.moment(stagedAt)}` +
      (sentAt === null ? ', and was not sent so far.' : '.'),
    evidence: {
      kind,
      ref,
      firstCycleOn,
      lastCycleOn,
      stagedAt: iso(stagedAt),
      notice: { told: 'staged', state, sentAt: iso(sentAt), why },
    },
    rule: null,
    at: iso(stagedAt),
    next: null,
  };
}

async function toldBy(
  inquiry: Inquiry,
  { ref, lastCycleOn, runId }: RecordedNotice,
  explainSubject: ExplainSubject,
): Promise<Answer[]> {
  if (lastCycleOn !== null) return explainCycle(inquiry, lastCycleOn);
  if (ref.startsWith('run:')) return runId === null ? [] : explainRun(inquiry, runId);
  return explainSubject(inquiry, ref);
}
