/** What operators do to mail: send again, never send, hold everything, let it flow. Each change is audited. */
import type { Clock } from '../../clock.ts';
import { type Database, type Transaction, inTransaction } from '../../db/connection.ts';
import { shownNow } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import { ConnectsError } from '../../errors.ts';
import { requireExpected } from '../../expecting.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import { type MailHold, deleteHold, findHold, insertHold, mailHeldWords } from '../../outbox/hold.ts';
import {
  type NoticeFilter,
  countByState,
  countNotices,
  countOptedOut,
  countRefusedBefore,
  findUnderWay,
  listNotices,
  lockNotices,
  sendAgain,
  suppress,
  takeBack,
} from '../../outbox/listing.ts';
import { NOTICE_STATES, type NoticeState } from '../../outbox/outbox.ts';
import { HOLD_SEEN_MS } from './hold-watch.ts';
import { WITHHELD_REASONS } from './unsent-words.ts';

interface Change {
  readonly actor: string;
  readonly reason: string | null;
  readonly dryRun: boolean;
}

export interface NoticesChange extends Change {
  readonly filter: NoticeFilter;
  /** How many are to be changed; any number when absent. */
  readonly expect?: number | undefined;
}

interface Deps {
  readonly db: Database;
}

interface HoldDeps extends Deps {
  readonly clock: Clock;
}

/** Notices changed by one transaction. */
const PAGE = 500;

/**
 * What has left already, or is leaving, cannot be sent again or held back. One that is too old is never sent: it needs no
 * suppressing, which would hide why; and it is sent only where it is named, by its number or by that state.
 */
const RETRIED: readonly NoticeState[] = ['pending', 'refused', 'suppressed'];
const NAMED: readonly NoticeState[] = [...RETRIED, 'too-old'];
const SUPPRESSED: readonly NoticeState[] = ['pending', 'claimed', 'refused'];

export interface NoticesChanged {
  readonly changed: number;
  /** Of those: of members who opted out of such emails since, or before. They are suppressed again when their turn comes. */
  readonly optedOut: number;
  /** Of those: refused again, as they were before they were suppressed. */
  readonly refusedAgain: number;
  /** Those that the filter names beside them, by state: they are left as they are. */
  readonly left: ReadonlyMap<NoticeState, number>;
}

/**
 * Sends again what waits or was refused, and takes back what a person suppressed. What the program itself withheld, or
 * refused before it was suppressed, is sent only where its number is given; what was too old, also by that state.
 * @throws not-found when one of the ids is of no notice
 */
export function retryNotices(deps: Deps, change: NoticesChange): Promise<NoticesChanged> {
  const { ids, states } = change.filter;
  if (ids) return changeNotices(deps, change, { from: NAMED, action: 'notices.retry', apply: sendAgain });
  const filter = { ...change.filter, butWithheldFor: WITHHELD_REASONS };
  const from = states ? NAMED : RETRIED;
  return changeNotices(deps, change, { from, action: 'notices.retry', apply: takeBack, filter });
}

/** Ends what has not left yet. @throws not-found when one of the ids is of no notice */
export const suppressNotices = (deps: Deps, change: NoticesChange): Promise<NoticesChanged> =>
  changeNotices(deps, change, {
    from: SUPPRESSED,
    action: 'notices.suppress',
    apply: (transaction, ids) => suppress(transaction, ids, change.reason ?? `by ${change.actor}`),
  });

interface How {
  readonly from: readonly NoticeState[];
  readonly action: string;
  readonly apply: (transaction: Transaction, ids: readonly number[], now: Instant) => Promise<void>;
  /** Narrower than what was asked for. */
  readonly filter?: NoticeFilter;
}

async function changeNotices({ db }: Deps, change: NoticesChange, how: How): Promise<NoticesChanged> {
  await refuseUnknown(db, change.filter.ids ?? []);
  const changeable = await changeableOf(db, how.filter ?? change.filter, how.from);
  const all = await countByState(db, change.filter);
  const optedOut = await countOptedOut(db, changeable);
  const refusedAgain = how.apply === takeBack ? await countRefusedBefore(db, changeable) : 0;
  const counted = await countByState(db, changeable);
  const left = new Map([...all].map(([state, count]) => [state, count - (counted.get(state) ?? 0)] as const));
  requireExpected(
    change.expect,
    [...counted.values()].reduce((sum, one) => sum + one, 0),
    'notice',
  );
  const changed = change.dryRun
    ? [...counted.values()].reduce((sum, one) => sum + one, 0)
    : await changePages(db, { ...change, filter: changeable }, how);
  return { changed, optedOut, refusedAgain, left: new Map([...left].filter(([, count]) => count > 0)) };
}

async function refuseUnknown(db: Database, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  const known = new Set((await listNotices(db, { ids }, { limit: ids.length })).map((one) => one.id));
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0)
    throw new ConnectsError('not-found', 'unknown-notice', `there is no notice ${unknown.join(', ')}`);
}

async function changePages(
  db: Database,
  { filter, actor, reason }: NoticesChange,
  { action, apply }: How,
): Promise<number> {
  let changed = 0;
  for (let after = 0; ;) {
    const ids = await inTransaction(db, async (transaction) => {
      const page = await lockNotices(transaction, filter, { after, limit: PAGE });
      const [first, last] = [page[0], page.at(-1)];
      if (first === undefined) return page;
      const at = await shownNow(transaction);
      await apply(transaction, page, at);
      const target = first === last ? `notice:${first}` : `notices:${first}..${last}`;
      const told = { at, actor, action, target, reason, before: filter, after: { changed: page.length } };
      await insertAudit(transaction, { ...told, runId: filter.runId ?? null });
      return page;
    });
    changed += ids.length;
    if (ids.length < PAGE) return changed;
    after = ids.at(-1) ?? after;
  }
}

/** Those in a state that can be changed; and what is with nobody any more, whose holder died or could not mark it. */
async function changeableOf(
  db: Database,
  filter: NoticeFilter,
  from: readonly NoticeState[],
): Promise<NoticeFilter> {
  const { states = NOTICE_STATES } = filter;
  const takesHeld = HELD_BY_SENDERS.some((state) => states.includes(state));
  return {
    ...filter,
    states: states.filter((state) => from.includes(state)),
    orLeaseEndedBy: takesHeld ? await shownNow(db) : undefined,
  };
}

const HELD_BY_SENDERS: readonly NoticeState[] = ['claimed', 'sending'];

/** What had been on its way when mail was held, and what became of it. */
export interface UnderWay {
  readonly count: number;
  readonly left: number;
  /** With the mail server, which has not answered. */
  readonly leaving: number;
}

/**
 * Nothing is sent any more, by anybody, until it is released. Waits until every sender has seen it and has ended what
 * it had begun: once that is so, nothing leaves any more.
 * @throws conflict when it is held already
 */
export async function holdMail(deps: HoldDeps, change: Change): Promise<UnderWay> {
  await insertAuditedHold(deps, change);
  const ids = await findUnderWay(deps.db);
  if (ids.length === 0 || change.dryRun) return { count: ids.length, left: 0, leaving: 0 };
  const deadline = deps.clock.elapsedMs() + HOLD_WAIT_MS;
  // Who looked just before may take its page, and begin, until it looks again.
  await deps.clock.sleep(HOLD_SEEN_MS);
  const countLeaving = (): Promise<number> => countNotices(deps.db, { states: ['sending'] });
  let leaving = await countLeaving();
  while (leaving > 0 && deps.clock.elapsedMs() < deadline) {
    await deps.clock.sleep(HOLD_LOOK_MS);
    leaving = await countLeaving();
  }
  return { count: ids.length, left: await countSent(deps.db, ids), leaving };
}

/** A server that hangs keeps a letter for longer: then it is said. */
const HOLD_WAIT_MS = 15_000;
const HOLD_LOOK_MS = 100;

async function countSent(db: Database, ids: readonly number[]): Promise<number> {
  let sent = 0;
  for (let from = 0; from < ids.length; from += PAGE)
    sent += await countNotices(db, { ids: ids.slice(from, from + PAGE), states: ['sent'] });
  return sent;
}

async function insertAuditedHold({ db }: Deps, { actor, reason, dryRun }: Change): Promise<void> {
  return inTransaction(db, async (transaction) => {
    const at = await shownNow(transaction);
    const hold = { heldAt: at, actor, reason };
    const held = dryRun ? !(await findHold(transaction)) : await insertHold(transaction, hold);
    if (!held) {
      const words = mailHeldWords((await findHold(transaction)) ?? hold);
      throw new ConnectsError('conflict', 'mail-held', `${words}; nothing was changed`);
    }
    if (!dryRun)
      await insertAudit(transaction, {
        at,
        actor,
        reason,
        action: 'notices.hold',
        target: 'mail',
        runId: null,
        before: null,
        after: { held: true },
      });
  });
}

/** Mail flows again. @throws conflict when it was not held */
export async function releaseMail({ db }: Deps, { actor, reason, dryRun }: Change): Promise<MailHold> {
  return inTransaction(db, async (transaction) => {
    const hold = await findHold(transaction);
    if (!hold) throw new ConnectsError('conflict', 'mail-not-held', 'mail is not held');
    if (dryRun) return hold;
    await deleteHold(transaction);
    await insertAudit(transaction, {
      at: await shownNow(transaction),
      actor,
      reason,
      action: 'notices.release',
      target: 'mail',
      before: {
        held: true,
        by: hold.actor,
        reason: hold.reason,
      },
      after: null,
      runId: null,
    });
    return hold;
  });
}
