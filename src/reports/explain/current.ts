/** Where an account stands: plan, balance, next date, what is owed, and what keeps it from being settled. */
import { type RecordedCycle, findCycleUpTo, listDecisionsOfKind } from '../account-records.ts';
import { type WaitingEvent, listWaitingEvents } from '../../ledger/event-waits.ts';
import { counted, listed } from '../member-words.ts';
import { countWaitingEvents } from '../silence-records.ts';
import { type Answer, type Inquiry, iso, nextBegins } from './answer.ts';

/** The first answer to "how do I stand?". */
export function current(inquiry: Inquiry): Answer {
  const { account, asOf, terms, words } = inquiry;
  const { plan, status, balance, nextCycleOn } = account;
  const { standing: say } = words.texts;
  const isOther = status === 'active' ? '' : ` ${say.isStatus({ status: words.status(status) })}`;
  return {
    subject: 'account',
    code: 'current',
    sentence: `${say.current({ plan: words.plan(plan), count: balance })}${isOther}`,
    evidence: {
      kind: account.kind,
      plan,
      pendingPlan: account.pendingPlan,
      status,
      balance,
      owed: account.owed,
      cycleOn: account.cycleOn,
      nextCycleOn,
      nextCycleAt: iso(account.nextCycleAt),
      anchorOn: account.anchorOn,
      zone: account.zone,
      trackedFrom: iso(account.trackedFrom),
    },
    rule: terms.rule(status === 'active' ? 'monthly' : 'active-cycle', {
      version: terms.latest.version,
      at: asOf,
      plan,
    }),
    at: iso(asOf),
    next: nextBegins(inquiry) ?? say.noMoreCycles(),
  };
}

/** What a failed payment left to be taken back. */
export async function owed(inquiry: Inquiry): Promise<Answer | undefined> {
  const { db, account, terms, words } = inquiry;
  const { standing: say } = words.texts;
  if (account.owed === 0) return undefined;
  const payments = await listDecisionsOfKind(db, account.id, 'payment');
  const last = payments.findLast((one) => one.code === 'payment-failed');
  return {
    subject: 'account',
    code: 'owed',
    sentence: say.owed({ count: account.owed }),
    evidence: { owed: account.owed, decision: last ? { subject: last.subject, ...last.detail } : null },
    rule: terms.rule('payment', { version: terms.latest.version, at: inquiry.asOf }),
    at: iso(last?.at ?? null),
    next: account.status === 'closed' ? say.closed() : say.owedComesOff(),
  };
}

/** An error of ours that holds up what is due. */
export function failure({ failure: open, words }: Inquiry): Answer | undefined {
  if (!open) return undefined;
  const aside = open.state === 'put-aside';
  const { standing: say } = words.texts;
  return {
    subject: 'account',
    code: open.state,
    sentence: say.notSettled({
      moment: words.moment(open.lastAt),
      code: open.code,
      attempts: open.attempts,
    }),
    evidence: {
      run: open.runId,
      error: open.code,
      message: open.message,
      attempts: open.attempts,
      lastAt: iso(open.lastAt),
    },
    rule: null,
    at: iso(open.lastAt),
    next: aside ? say.notTriedAgain() : say.triedAgain(),
  };
}

/** Waiting events that are told one by one. */
export const WAITING_MAX = 1_000;

/** Facts that arrived and could not be counted yet, and what must happen first. */
export async function waiting(inquiry: Inquiry): Promise<Answer | undefined> {
  const { db, account, words } = inquiry;
  const events = await listWaitingEvents(db, { accounts: [account.id] }, WAITING_MAX);
  const [oldest] = events;
  if (!oldest) return undefined;
  const count = events.length < WAITING_MAX ? events.length : await countWaitingEvents(db, account.id);
  const cut = count > events.length ? ` The first ${counted(events.length, 'one')} are listed.` : '';
  return {
    subject: 'account',
    code: 'waiting-events',
    sentence:
      `${counted(count, 'event')} of yours ${count === 1 ? 'is' : 'are'} kept and not counted yet, the ` +
      `oldest of ${words.day(oldest.at)}: the account must be brought up to date first.${interviewsAmong(events)}${cut}`,
    evidence: {
      count,
      events: events.map(({ account: _account, ...one }) => ({
        ...one,
        at: iso(one.at),
        since: iso(one.since),
      })),
    },
    rule: null,
    at: null,
    next:
      `The error on our side that stops the first of them${oldest.code === null ? '' : ` (${oldest.code})`} must be ` +
      'mended; then the next event of the account, a rerun, or the sweep of its next cycle counts them, in their order. ' +
      'Until then they wait, without an end.',
  };
}

/** Those that an award may hang on. */
function interviewsAmong(events: readonly WaitingEvent[]): string {
  const told = [
    ['interview.requested', 'interview request'],
    ['interview.replied', 'reply', 'replies'],
    ['proposal.submitted', 'proposal'],
  ].flatMap(([type, ...noun]) => {
    const count = events.filter((one) => one.type === type).length;
    return count === 0 ? [] : [counted(count, ...(noun as [string, string?]))];
  });
  return told.length === 0 ? '' : ` Among them: ${listed(told)}.`;
}

/** The latest settled cycle, if any. */
export const lastCycle = ({ db, account }: Inquiry): Promise<RecordedCycle | undefined> =>
  findCycleUpTo(db, account.id, account.nextCycleOn ?? account.cycleOn);
