/**
 * Refusing an event that waits, by an operator: what cannot be decided must not hold up its account for ever. The
 * ledger stays as it is; the event is `refused`, with a decision that says so, and what waited behind it is taken up.
 */
import { type Transaction, inTransaction } from '../../db/connection.ts';
import { databaseNow } from '../../db/query.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import type { MemberEvent } from '../../domain/events/events.ts';
import { ConnectsError } from '../../errors.ts';
import { lockAccount } from '../../ledger/account-locks.ts';
import type { AccountRow } from '../../ledger/accounts.ts';
import { findOwner, listWaitingContent, lockWaitingEvent } from '../../ledger/event-waits.ts';
import type { EventRow } from '../../ledger/events.ts';
import { requireReleased } from '../../ledger/ledger-hold.ts';
import { LedgerWrites } from '../settling/ledger-writes.ts';
import { whenFree } from '../settling/when-free.ts';
import type { RecordDeps } from './record-events.ts';
import { type TakenUp, takeUpWaiting } from './take-up-waiting.ts';

export interface RefuseRequest {
  readonly event: string;
  readonly actor: string;
  readonly reason: string;
}

export interface RefusedWaiting extends TakenUp {
  readonly account: string;
  readonly event: string;
  /** Those behind an opening: without it there is no account that they could be counted for. */
  readonly alsoRefused: readonly string[];
}

/**
 * @throws held `held`; not-found `unknown-event`; conflict `event-not-waiting`, where it was decided, perhaps a moment ago;
 *   unavailable `account-locked`
 */
export async function refuseWaiting(deps: RecordDeps, request: RefuseRequest): Promise<RefusedWaiting> {
  // What waits behind it is to be taken up.
  await requireReleased(deps.db);
  const owner = await findOwner(deps.db, request.event);
  if (!owner)
    throw new ConnectsError(
      'not-found',
      'unknown-event',
      `there is no event ${request.event}: see "connects events waiting list"`,
    );
  const { account } = owner;
  const alsoRefused = await whenFree(deps.clock, () =>
    inTransaction(deps.db, (transaction) => refuseOnce(transaction, request, account)),
  );
  return { account, event: request.event, alsoRefused, ...(await takeUpWaiting(deps, account)) };
}

async function refuseOnce(
  transaction: Transaction,
  request: RefuseRequest,
  account: string,
): Promise<string[]> {
  const row = await lockAccount(transaction, account);
  const event = await lockWaitingEvent(transaction, request.event);
  if (!event)
    throw new ConnectsError('conflict', 'event-not-waiting', `event ${request.event} does not wait any more`);
  const now = await databaseNow(transaction);
  const writes = new LedgerWrites();
  const others = await behindOpening(transaction, row, event);
  for (const one of [event, ...others]) writes.resolved.push(refusedRow(one, row, now));
  if (row) addDecision(writes, row, event, request, now);
  writes.audits.push(auditOf(request, event, others, now));
  await writes.write(transaction, now);
  return others.map((one) => one.id);
}

const behindOpening = async (
  transaction: Transaction,
  row: AccountRow | undefined,
  { id, type, account }: MemberEvent,
): Promise<MemberEvent[]> =>
  row || type !== 'account.opened'
    ? []
    : (await listWaitingContent(transaction, account)).filter((one) => one.id !== id);

/** It takes effect nowhere: it stands where its account stands, so that what is settled later comes later. */
const refusedRow = (event: MemberEvent, row: AccountRow | undefined, receivedAt: Instant): EventRow => ({
  event,
  state: 'refused',
  effectiveAt: row?.account.watermark ?? null,
  late: row !== undefined && row.account.watermark > event.at,
  receivedAt,
});

function addDecision(
  writes: LedgerWrites,
  row: AccountRow,
  { id, type, at, account: accountId }: MemberEvent,
  { reason }: RefuseRequest,
  postedAt: Instant,
): void {
  const decisionNo = row.lastDecision + 1;
  const detail = { event: id, occurredAt: formatInstant(at), type, reason };
  const decision = {
    at: row.account.watermark,
    subject: `event:${id}`,
    code: 'refused-by-operator',
    detail,
  } as const;
  writes.decisions.push({ accountId, decision, decisionNo, postedAt, runId: null });
  writes.accounts.push({ before: row, after: { ...row, lastDecision: decisionNo } });
}

const auditOf = (
  { actor, reason }: RefuseRequest,
  event: MemberEvent,
  others: readonly MemberEvent[],
  at: Instant,
) => ({
  at,
  actor,
  action: 'events.refuse',
  target: `account:${event.account}`,
  reason,
  before: { event: event.id, type: event.type, state: 'waiting' },
  after: {
    event: event.id,
    state: 'refused',
    ...(others.length > 0 && { alsoRefused: others.map((one) => one.id) }),
  },
  runId: null,
});
