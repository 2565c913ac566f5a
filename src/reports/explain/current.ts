/** Where an account stands: plan, balance, next date, what is owed, and what keeps it from being settled. */
import type { LocalDate } from '../../domain/calendar.ts';
import { type RecordedCycle, findCycleUpTo, listDecisionsOfKind } from '../account-records.ts';
import { type WaitingEvent, listWaitingEvents } from '../../ledger/event-waits.ts';
import type { ZoneWords } from '../member-words.ts';
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
  const { standing: say } = words.texts;
  const cut = count > events.length ? ` ${say.waitFirst({ count: events.length })}` : '';
  return {
    subject: 'account',
    code: 'waiting-events',
    sentence: `${say.waits({ count, day: words.day(oldest.at) })}${interviewsAmong(events, words)}${cut}`,
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
    next: oldest.code === null ? say.waitUntil() : say.waitUntilCode({ code: oldest.code }),
  };
}

/** Those that an award may hang on. */
function interviewsAmong(
  events: readonly WaitingEvent[],
  { texts: { standing: say, listed } }: ZoneWords,
): string {
  const told = (
    [
      ['interview.requested', say.waitingRequests],
      ['interview.replied', say.waitingReplies],
      ['proposal.submitted', say.waitingProposals],
    ] as const
  ).flatMap(([type, counted]) => {
    const count = events.filter((one) => one.type === type).length;
    return count === 0 ? [] : [counted({ count })];
  });
  return told.length === 0 ? '' : ` ${say.waitAmong({ all: listed(told) })}`;
}

/** The latest settled cycle, if any. */
export const lastCycle = (inquiry: Inquiry): Promise<RecordedCycle | undefined> =>
  findCycleUpTo(inquiry.db, inquiry.account.id, lastCycleOn(inquiry));

/** No cycle that counts begins later. */
export const lastCycleOn = ({ account }: Pick<Inquiry, 'account'>): LocalDate =>
  account.nextCycleOn ?? account.cycleOn;
