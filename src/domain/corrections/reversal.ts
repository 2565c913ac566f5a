/**
 * Taking a run back: what it granted less what it let expire, of one account, as one new entry. Nothing is rewritten,
 * and no balance goes below zero: what was spent meanwhile is told, not taken.
 *
 * What a later cycle let expire is gone already: of what the run granted, so much is neither taken nor owed. It is
 * kept as a `lapse`, because that later cycle, should it be reversed too, must not give it back.
 */
import type { Account, Entry } from '../account.ts';
import type { Instant, LocalDate } from '../calendar.ts';
import { Posting } from '../posting.ts';

/** What a run posted for one cycle. */
export interface GrantedCycle {
  readonly on: LocalDate;
  readonly expired: number;
  readonly free: number;
  readonly paid: number;
  /** Taken back at once from what it granted. */
  readonly recovered: number;
  /** The part of that which was owed, and is owed again. */
  readonly owed: number;
  /** What an earlier reversal of the same cycle could not take: it stays to be taken from a later grant. */
  readonly notTakenBefore: number;
  /** Its paid part was taken back already, because the payment failed. */
  readonly paymentFailed: boolean;
  /** Of what it let expire: what reversals of earlier cycles have left alone for it. */
  readonly lapsedBefore: number;
}

/** A settlement that let Connects expire, and stands. */
export interface Expiry {
  readonly on: LocalDate;
  /** Less what earlier reversals have left alone for it. */
  readonly expired: number;
  /** The cycles of the run that were granted before it. */
  readonly follows: ReadonlySet<LocalDate>;
}

/** So much of what a cycle granted had been let expire by a later one. */
export interface Lapse {
  readonly on: LocalDate;
  readonly expiredOn: LocalDate;
  readonly amount: number;
}

/** One cycle of a run, taken back. */
export interface ReversedCycle extends GrantedCycle {
  /** Taken from the balance for it; negative where it was given back. */
  readonly taken: number;
  /** What could not be taken. */
  readonly short: number;
  /** What is to be taken from a later grant of the cycle: what could not be taken now, and before. */
  readonly notTaken: number;
}

export interface Reversal {
  readonly account: Account;
  /** None where the run's grants and expiries were equal, or nothing could be taken. */
  readonly entries: readonly Entry[];
  readonly cycles: readonly ReversedCycle[];
  readonly lapses: readonly Lapse[];
  /** Positive: taken from the balance; negative: given back to it. */
  readonly taken: number;
  readonly notTaken: number;
}

/**
 * @param cycles of one run, oldest first, at least one
 * @param expiries of the account's other cycles, in the order in which they were settled
 * @param subject names what is taken back, so that it is posted once: `run:17`
 */
export function reverseCycles(
  before: Account,
  { cycles, expiries }: { readonly cycles: readonly GrantedCycle[]; readonly expiries: readonly Expiry[] },
  subject: string,
  now: Instant,
): Reversal {
  const net = cycles.reduce((sum, one) => sum + netOf(one), 0);
  const lapses = lapsesOf(cycles, expiries, net);
  const left = net - lapses.reduce((sum, one) => sum + one.amount, 0);
  const taken = Math.min(left, before.balance);
  const notTaken = left - taken;
  const at = Math.max(now, before.watermark);
  const posting = new Posting(before, { effectiveAt: at, subject });
  posting.post('reversal', -taken);
  const account = afterReversal(posting.account, cycles);
  return {
    account: posting.entries.length > 0 ? { ...account, watermark: at } : account,
    entries: posting.entries,
    cycles: sharesOf(cycles, lapses, notTaken),
    lapses,
    taken,
    notTaken,
  };
}

/** What a cycle has left on the balance. */
const netOf = ({ free, paid, expired, lapsedBefore, recovered, paymentFailed }: GrantedCycle): number =>
  free + (paymentFailed ? 0 : paid) - (expired - lapsedBefore) - recovered;

/** Of what the run has left on the balance, `net` in all: what expired since, the latest cycle's Connects first. */
function lapsesOf(cycles: readonly GrantedCycle[], expiries: readonly Expiry[], net: number): Lapse[] {
  const left = new Map(cycles.map((one) => [one.on, netOf(one)]));
  const lapses: Lapse[] = [];
  let leftInAll = net;
  for (const { on: expiredOn, expired, follows } of expiries) {
    let gone = Math.min(expired, leftInAll);
    for (const { on } of cycles.toReversed()) {
      const amount = follows.has(on) ? Math.min(gone, left.get(on) ?? 0) : 0;
      if (amount <= 0) continue;
      lapses.push({ on, expiredOn, amount });
      left.set(on, (left.get(on) ?? 0) - amount);
      gone -= amount;
      leftInAll -= amount;
    }
  }
  return lapses;
}

function afterReversal(account: Account, cycles: readonly GrantedCycle[]): Account {
  const owed = cycles.reduce((sum, one) => sum + one.owed, 0);
  const isCurrent = cycles.some(({ on }) => on === account.cycleOn) && account.cycleOn !== account.anchorOn;
  return { ...account, owed: account.owed + owed, ...(isCurrent && { cyclePaid: 0 }) };
}

/** The latest cycles bear what could not be taken first, none more than it has left. */
function sharesOf(
  cycles: readonly GrantedCycle[],
  lapses: readonly Lapse[],
  notTaken: number,
): ReversedCycle[] {
  let left = notTaken;
  const shares = cycles.toReversed().map((one) => {
    const lapsed = lapses.filter(({ on }) => on === one.on).reduce((sum, { amount }) => sum + amount, 0);
    const net = netOf(one) - lapsed;
    const share = Math.max(0, Math.min(left, net));
    left -= share;
    return { ...one, taken: net - share, short: share, notTaken: share + one.notTakenBefore };
  });
  return shares.reverse();
}
