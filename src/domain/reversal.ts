/**
 * Taking a run back: what it granted less what it let expire, of one account, as one new entry. Nothing is rewritten,
 * and no balance goes below zero: what was spent meanwhile is told, not taken.
 */
import type { Account, Entry } from './account.ts';
import type { Instant, LocalDate } from './calendar.ts';
import { Posting } from './posting.ts';

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
  /** Positive: taken from the balance; negative: given back to it. */
  readonly taken: number;
  readonly notTaken: number;
}

/**
 * @param cycles of one run, oldest first, at least one
 * @param subject names what is taken back, so that it is posted once: `run:17`
 */
export function reverseCycles(
  before: Account,
  cycles: readonly GrantedCycle[],
  subject: string,
  now: Instant,
): Reversal {
  const net = cycles.reduce((sum, one) => sum + netOf(one), 0);
  const taken = Math.min(net, before.balance);
  const notTaken = net - taken;
  const at = Math.max(now, before.watermark);
  const posting = new Posting(before, { effectiveAt: at, subject });
  posting.post('reversal', -taken);
  const account = afterReversal(posting.account, cycles);
  return {
    account: posting.entries.length > 0 ? { ...account, watermark: at } : account,
    entries: posting.entries,
    cycles: sharesOf(cycles, notTaken),
    taken,
    notTaken,
  };
}

/** What a cycle has left on the balance. */
const netOf = ({ free, paid, expired, recovered, paymentFailed }: GrantedCycle): number =>
  free + (paymentFailed ? 0 : paid) - expired - recovered;

function afterReversal(account: Account, cycles: readonly GrantedCycle[]): Account {
  const owed = cycles.reduce((sum, one) => sum + one.owed, 0);
  const isCurrent = cycles.some(({ on }) => on === account.cycleOn) && account.cycleOn !== account.anchorOn;
  return { ...account, owed: account.owed + owed, ...(isCurrent && { cyclePaid: 0 }) };
}

/** The latest cycles bear it first, none more than it granted. */
function sharesOf(cycles: readonly GrantedCycle[], notTaken: number): ReversedCycle[] {
  let left = notTaken;
  const shares = cycles.toReversed().map((one) => {
    const share = Math.max(0, Math.min(left, netOf(one)));
    left -= share;
    return { ...one, taken: netOf(one) - share, short: share, notTaken: share + one.notTakenBefore };
  });
  return shares.reverse();
}
