/** Writing entries onto an account, one after another, with its running balance. */
import { brokenRule } from '../errors.ts';
import type { Account, Entry, EntryKind } from './account.ts';
import type { Instant, LocalDate } from './calendar.ts';

/** What all entries of one boundary or event have in common. */
export interface PostingGround {
  readonly effectiveAt: Instant;
  readonly occurredAt?: Instant;
  readonly subject: string;
  readonly cycleOn?: LocalDate;
  readonly proposal?: string;
}

/** What a balance's column has room for. */
const INTEGER_MAX = 2 ** 31 - 1;

/** Collects the entries of one boundary or event. Zero amounts are never written, here or anywhere. */
export class Posting {
  readonly entries: Entry[] = [];
  readonly #before: Account;
  readonly #ground: PostingGround;
  #balance: number;
  #lastSeq: number;
  #owed: number;
  #cyclePaid: number;

  constructor(account: Account, ground: PostingGround) {
    this.#before = account;
    this.#ground = ground;
    this.#balance = account.balance;
    this.#lastSeq = account.lastSeq;
    this.#owed = account.owed;
    this.#cyclePaid = account.cyclePaid;
  }

  /** The account after what was posted so far: a copy each time. */
  get account(): Account {
    return {
      ...this.#before,
      balance: this.#balance,
      lastSeq: this.#lastSeq,
      owed: this.#owed,
      cyclePaid: this.#cyclePaid,
    };
  }

  /** @throws broken-rule `negative-balance`, `balance-limit`: callers check first; this is the assertion behind them. */
  post(kind: EntryKind, amount: number): void {
    if (amount === 0) return;
    const balance = this.#balance + amount;
    if (balance < 0 || !Number.isSafeInteger(balance))
      throw brokenRule('negative-balance', this.#left(kind, amount));
    if (balance > INTEGER_MAX) throw brokenRule('balance-limit', this.#left(kind, amount));
    const { effectiveAt, occurredAt, subject, cycleOn, proposal } = this.#ground;
    const seq = this.#lastSeq + 1;
    this.entries.push({
      seq,
      kind,
      amount,
      balance,
      effectiveAt,
      occurredAt: occurredAt ?? effectiveAt,
      cycleOn: cycleOn ?? null,
      subject,
      proposal: proposal ?? null,
    });
    this.#balance = balance;
    this.#lastSeq = seq;
  }

  #left(kind: EntryKind, amount: number): string {
    return `${kind} of ${amount} would leave ${this.#before.id} at ${this.#balance + amount}`;
  }

  /**
   * Posts the paid part of a cycle and, right after it, takes back what the account owes. Returns what was
   * recovered. The whole paid part is remembered as the cycle's: that is what a failed payment reverses.
   */
  postPaidPart(kind: 'monthly-plan' | 'upgrade-plan', paid: number): number {
    this.post(kind, paid);
    const recovered = Math.min(this.#owed, paid);
    this.post('recovery', -recovered);
    this.#owed -= recovered;
    this.#cyclePaid = paid;
    return recovered;
  }
}
