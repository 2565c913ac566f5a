/** Numbers that this program gave: a line of the history, a run, an email. */
import { NOTICE_KINDS } from '../../domain/notice-kinds.ts';
import { findRun } from '../../ledger/runs.ts';
import { listEntriesBefore } from '../account-records.ts';
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
  const { words } = inquiry;
  const [reaching] = await reachingOf(inquiry, [factOfEntry(entry)]);
  const line: Answer = {
    subject: `entry:${seq}`,
    code: 'line',
    sentence:
      words.texts.ids.line({
        line: String(seq),
        day: words.day(effectiveAt),
        action: await actionOfLine(inquiry, entry),
        amount: words.texts.signed(amount),
        balance,
      }) + (reaching ? lateSentence(reaching, words) : ''),
    evidence: { entries: [entryEvidence(entry)], ...(reaching && reachingEvidence(reaching)) },
    rule: null,
    at: iso(effectiveAt),
    next: null,
  };
  return [line, ...(await explainSubject(inquiry, subject))];
}

/** Cycles of one run, or of one email, that are told one by one. */
const CYCLES_MAX = 12;

/** What a run did to this account; nothing where it did nothing. */
export async function explainRun(inquiry: Inquiry, id: number): Promise<Answer[]> {
  const { db, account } = inquiry;
  const cycles = await listCyclesOfRun(db, account.id, id);
  const failure = await findFailureOfRun(db, account.id, id);
  if (cycles.length === 0 && !failure) return [];
  const { texts } = inquiry.words;
  const { ids: say } = texts;
  const dates = texts.listed(cycles.slice(-CYCLES_MAX).map((on) => texts.day(on)));
  const earlier = cycles.length - CYCLES_MAX;
  const touched =
    cycles.length > 0
      ? [
          say.concerned({
            count: cycles.length,
            dates: earlier > 0 ? say.earlierAnd({ count: earlier, dates }) : dates,
          }),
        ]
      : [];
  const failing = failure?.state === 'cleared' ? say.failedAtFirst : say.failed;
  const failed = failure ? [failing({ code: failure.code })] : [];
  const about = await runAnswer(inquiry, id, 'did-something', [...touched, ...failed], {
    cycles,
    failure: failure ?? null,
  });
  const answers: Answer[] = [...about];
  for (const on of cycles.slice(-CYCLES_MAX)) answers.push(...(await explainCycle(inquiry, on)));
  return answers;
}

/** A run that left this account alone. */
export const untouchedByRun = (inquiry: Inquiry, id: number): Promise<Answer[]> =>
  runAnswer(inquiry, id, 'did-nothing', [inquiry.words.texts.ids.untouched()], {
    cycles: [],
    failure: null,
  });

async function runAnswer(
  { db, words }: Inquiry,
  id: number,
  code: string,
  did: readonly string[],
  evidence: Answer['evidence'],
): Promise<Answer[]> {
  const run = await findRun(db, id);
  if (!run) return [];
  return [
    {
      subject: `run:${id}`,
      code,
      sentence: [
        words.texts.ids.wasRun({ id: String(id), kind: run.kind, moment: words.moment(run.startedAt) }),
        ...did,
      ].join(' '),
      evidence: { run: id, kind: run.kind, state: run.state, asOf: iso(run.asOf), ...evidence },
      rule: null,
      at: iso(run.startedAt),
      next: null,
    },
  ];
}

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
  const { ids: say } = words.texts;
  const known = NOTICE_KINDS.find((one) => one === kind);
  const written = {
    id: String(id),
    about: known === undefined ? kind : say[`about-${known}`](),
    moment: words.moment(stagedAt),
  };
  return {
    subject: `notice:${id}`,
    code: state,
    sentence: sentAt === null ? say.emailNotSent(written) : say.emailSent(written),
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
