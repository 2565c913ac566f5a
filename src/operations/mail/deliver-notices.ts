/**
 * Sending a page of notices. Rows are taken by a conditional update before SMTP begins and marked after it ended, so a
 * crash in between sends at most once more, with the same Message-ID: delivery is at least once.
 *
 *   dies before SMTP's 250      the lease runs out, the row is offered again, the member gets one
 *   dies between 250 and mark   the same, and the member gets a second one with the same Message-ID
 *   4xx                         tried again, later and later, up to a limit
 *   it cannot be composed       the same
 *   5xx                         refused, with the server's words
 *   5xx to our sender or login  given back, no attempt counted, the server tried by one letter now and then
 *   4xx to everybody            the same, but that a letter which the server judged has had its attempt
 *   the same 5xx to everybody   the same; those that it was said to wait again, and have had no attempt
 *   the server is away          given back, no attempt counted, nothing tried until it is there again
 *   all mail is held            the same, from one letter to the next
 *   the worker is to end        the same; also what the server has not answered when it must
 */
import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/connection.ts';
import { isDatabaseError } from '../../db/errors.ts';
import { databaseNow } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import { messageOf, unavailable } from '../../errors.ts';
import { isOutage } from '../../outage-log.ts';
import type { Log } from '../../log.ts';
import { type Letter, type Mailer, SEND_TIMEOUT_MS } from '../../notices/mailer.ts';
import {
  type Attempt,
  type Taken,
  giveBackClaimed,
  giveBackTaken,
  markUnsent,
  postponeNotice,
  takeNotices,
} from '../../outbox/attempts.ts';
import { type Notice, anySendable } from '../../outbox/outbox.ts';
import { type ComposeSettings, type Composer, openComposer } from './compose-notices.ts';
import type { HoldWatch } from './hold-watch.ts';
import type { MailOutage } from './mail-outage.ts';
import type { OutageMemory } from './outage-memory.ts';
import type { Slots } from './slots.ts';

export interface DeliverDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** A number from 0 to 1: waits are spread by it. */
  readonly random: () => number;
  readonly mailer: Mailer;
  readonly outage: MailOutage;
  readonly memory: OutageMemory;
  readonly hold: HoldWatch;
  /** Letters that are handed to the mail server at once, over all pages. */
  readonly slots: Slots;
  /** Aborted when this process is to end: no letter begins any more. */
  readonly stopping?: AbortSignal;
  /** Aborted when it ends now: what the server hangs with is given back. */
  readonly giveUp?: AbortSignal;
  /** Marks one as sent; those that come together may share a statement. False where somebody keeps its row locked. */
  readonly markSent: (attempt: Attempt) => Promise<boolean>;
  readonly settings: ComposeSettings & { readonly mailAttemptsMax: number };
}

export type DeliverOutcome = 'sent' | 'refused' | 'suppressed' | 'postponed' | 'given-back';

/** How long a page may take before its rows are offered again. */
export const LEASE_MS = 180_000;
/** No sending begins that the lease might not outlast. */
const LAST_START_MS = LEASE_MS - SEND_TIMEOUT_MS - 10_000;
/**
 * The wait after the first attempt; each next one is four times as long, up to the longest. With the 18 attempts that
 * are the default, that is 25 to 51 hours: a mailbox that is full, or a server that is down, over a whole night and day.
 */
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 4 * 3_600_000;
/** How long what was given back rests at the least. */
const GIVEN_BACK_MS = 1_000;

/** Rows that were claimed together, at most 999; and when that claim runs out. */
export interface ClaimedPage {
  readonly notices: readonly number[];
  readonly until: Instant;
}

/** @returns what became of each that was still to be sent, by id */
export async function deliverNotices(
  deps: DeliverDeps,
  { notices: ids, until }: ClaimedPage,
): Promise<Map<number, DeliverOutcome>> {
  // Counted from the question: the lease may be older than its answer.
  const lastStart = deps.clock.elapsedMs() + LAST_START_MS;
  const now = await databaseNow(deps.db);
  const held = await deps.hold.look();
  const admitted = held ? 0 : deps.outage.admit(ids.length);
  if (admitted < ids.length) await giveBackClaimed(deps.db, { ids: ids.slice(admitted), until }, now);
  if (admitted === 0) return new Map();
  deps.memory.lookAgain();
  const isTrial = deps.outage.isOn;
  const notices = await takeNotices(deps.db, { ids: ids.slice(0, admitted), until: now + LEASE_MS });
  const compose = await composerOf(deps, notices);
  const back: Taken[] = [];
  let words: string | null = null;
  const outcomes = new Map<number, DeliverOutcome>();
  const settled = await Promise.allSettled(
    notices.map(async (notice) => {
      // The slot is for the mail server: while the mark is written, the next letter is on its way.
      const sent = await deps.slots.run(async () => {
        const inTime = deps.clock.elapsedMs() <= lastStart && deps.stopping?.aborted !== true;
        const mayBegin = inTime && (isTrial || !deps.outage.isOn);
        if (!mayBegin || (await deps.hold.isHeld())) return { outcome: 'paused', words: null } as const;
        return sendOne(deps, notice, compose);
      });
      if (sent.outcome !== 'paused') return void outcomes.set(notice.id, await mark(deps, notice, sent));
      back.push(notice);
      words ??= sent.words;
      return void outcomes.set(notice.id, 'given-back');
    }),
  );
  const retryAt = now + GIVEN_BACK_MS;
  await giveBackTaken(deps.db, back, { retryAt, words });
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
  return outcomes;
}

/**
 * Whether anything is to be sent, or being sent, that the mail server would take now. What somebody gave back a moment
 * ago, because he ended, counts: else everybody could end while it rests.
 */
export async function canSendMore({ db, outage }: Pick<DeliverDeps, 'db' | 'outage'>): Promise<boolean> {
  if (outage.isOn && !outage.owesTrial) return false;
  return anySendable(db, (await databaseNow(db)) + GIVEN_BACK_MS);
}

type Sent =
  /** `endsOutage`: the server takes letters again, which is so for all once the database knows it. */
  | { readonly outcome: 'sent'; readonly endsOutage: boolean }
  | { readonly outcome: 'suppressed' | 'try-later'; readonly words: string }
  /** With what it has in common with refusals of others, where it may not be meant for this member. */
  | { readonly outcome: 'refused'; readonly words: string; readonly alike?: string | undefined }
  /** No server judged it: it is given back. */
  | { readonly outcome: 'paused'; readonly words: string | null };

async function sendOne(deps: DeliverDeps, notice: Notice, compose: Composer): Promise<Sent> {
  const letter = letterOf(deps, notice, compose);
  if ('outcome' in letter) return letter;
  const sent = await deps.mailer.send(letter, deps.giveUp);
  if (sent.outcome !== 'sent') deps.outage.triedInVain();
  const words = 'words' in sent ? withoutAddress(sent.words, letter.to) : '';
  switch (sent.outcome) {
    case 'sent': {
      const endsOutage = deps.outage.isOn;
      if (!endsOutage) deps.outage.judged();
      return { outcome: 'sent', endsOutage };
    }
    case 'refused':
      return refusedFor(deps, { words, alike: sent.alike });
    case 'try-later':
      if (deps.outage.putOff(notice.accountId, words)) await deps.memory.began(words);
      return { outcome: 'try-later', words };
    case 'turned-away':
      if (deps.outage.turnedAway(words)) await deps.memory.began(words);
      return { outcome: 'paused', words };
    case 'unreached':
      // Nobody waits for a server any more.
      if (deps.stopping?.aborted) return { outcome: 'paused', words };
      // Where the server is there after all, the trouble is this letter's, and counts.
      return { outcome: (await deps.outage.isThere()) ? 'try-later' : 'paused', words };
  }
}

/** While the server takes nothing from us, what it says to everybody is no judgement of the one that it is tried with. */
async function refusedFor(
  { outage, memory }: DeliverDeps,
  refusal: { readonly words: string; readonly alike: string | undefined },
): Promise<Sent> {
  if (refusal.alike !== undefined && outage.isOn) return { outcome: 'paused', words: refusal.words };
  if (refusal.alike === undefined && outage.refusedOne()) await memory.ended();
  return { outcome: 'refused', ...refusal };
}

/** A letter that cannot be made is tried again and given up as one that the server puts off, so that it ends. */
function letterOf({ log }: DeliverDeps, notice: Notice, compose: Composer): Letter | Sent {
  try {
    const letter = compose(notice);
    return 'unsent' in letter ? { outcome: 'suppressed', words: letter.unsent } : letter;
  } catch (error) {
    const { id, accountId, attempts } = notice;
    const words = `it cannot be composed: ${messageOf(error)}`;
    // Told at the first attempt; that it was given up is told at the last.
    if (attempts === 1) log.warn({ notice: id, account: accountId, code: 'letter-not-composed' }, words);
    return { outcome: 'try-later', words };
  }
}

/** Where a page cannot be read together each notice is read alone, so that only the one at fault has no letter. */
async function composerOf(deps: DeliverDeps, notices: readonly Notice[]): Promise<Composer> {
  const isServers = (error: unknown): boolean => isDatabaseError(error) || isOutage(error);
  try {
    return await openComposer(deps, notices);
  } catch (error) {
    if (isServers(error)) throw error;
  }
  const composers = new Map<number, Composer>();
  for (const notice of notices) {
    const alone = openComposer(deps, [notice]).catch((error: unknown): Composer => {
      if (isServers(error)) throw error;
      return () => {
        throw error;
      };
    });
    composers.set(notice.id, await alone);
  }
  return (notice) => (composers.get(notice.id) as Composer)(notice);
}

async function mark(
  deps: DeliverDeps,
  notice: Taken,
  sent: Exclude<Sent, { outcome: 'paused' }>,
): Promise<DeliverOutcome> {
  if (sent.outcome === 'sent') {
    await markPatiently(deps, notice);
    await deps.memory.taken();
    if (sent.endsOutage) deps.outage.judged();
    return 'sent';
  }
  const { words } = sent;
  if (sent.outcome === 'refused' && sent.alike !== undefined)
    return markRefused(deps, notice, { words, alike: sent.alike });
  if (sent.outcome !== 'try-later') return end(deps, notice, sent.outcome, words);
  if (notice.attempts >= deps.settings.mailAttemptsMax)
    return end(deps, notice, 'refused', `given up after ${notice.attempts} attempts: ${words}`);
  const waitMs = waitAfter(notice.attempts, deps.random());
  await postponeNotice(deps.db, notice, { retryAt: (await databaseNow(deps.db)) + waitMs, words });
  deps.log.debug({ notice: notice.id, attempt: notice.attempts, outcome: 'postponed', waitMs }, words);
  return 'postponed';
}

/** It is the member's own, unless so many others are refused alike that it is everybody's. */
async function markRefused(
  { log, memory, outage }: DeliverDeps,
  attempt: Taken,
  refusal: { readonly words: string; readonly alike: string },
): Promise<DeliverOutcome> {
  const { id: notice, accountId } = attempt;
  if (await memory.refused({ attempt, accountId, ...refusal })) {
    outage.refusesAll(refusal.words);
    return 'given-back';
  }
  log.warn({ notice, account: accountId, outcome: 'refused' }, refusal.words);
  return 'refused';
}

/** It is out: as long as its lease lasts nobody sends it again, and the mark may wait for whoever has the row locked. */
async function markPatiently({ clock, markSent }: DeliverDeps, notice: Taken): Promise<void> {
  let waitMs = FIRST_LOCK_WAIT_MS;
  for (let waitedMs = 0; !(await markSent(notice)); waitedMs += waitMs, waitMs *= 2) {
    if (waitedMs > LEASE_MS)
      throw unavailable('row-locked', `somebody else keeps the row of notice ${notice.id} locked`);
    await clock.sleep(waitMs);
  }
}

const FIRST_LOCK_WAIT_MS = 500;

/** Between half and the whole of 30 s, 2 min, 8 min, 32 min, 2 h 8 min and then four hours: those refused together come apart. */
export function waitAfter(attempts: number, chance: number): number {
  const longest = Math.min(FIRST_WAIT_MS * 4 ** Math.max(0, attempts - 1), LONGEST_WAIT_MS);
  return Math.round(longest * (0.5 + chance / 2));
}

async function end(
  deps: DeliverDeps,
  notice: Taken,
  state: 'refused' | 'suppressed',
  words: string,
): Promise<DeliverOutcome> {
  await markUnsent(deps.db, notice, { state, words });
  if (state === 'refused')
    deps.log.warn({ notice: notice.id, account: notice.accountId, outcome: state }, words);
  return state;
}

/** Servers repeat the address that they refuse; it stands in `contacts` alone, so that erasing it erases it. */
function withoutAddress(words: string, address: string): string {
  const literally = address.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return words.replaceAll(new RegExp(literally, 'gi'), '(address)');
}
