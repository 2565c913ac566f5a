/**
 * What the database knows of an outage in which the mail server takes nothing from us: so processes that live for seconds
 * count together how many members were refused alike, none of them begins anew, and what was refused for everybody's sake
 * is sent by whoever is there when the server takes letters again.
 */
import { type Database, type Transaction, inTransaction } from '../../db/connection.ts';
import { databaseNow } from '../../db/query.ts';
import {
  type Refusal,
  anyRefusal,
  deleteOutage,
  deleteRefusals,
  findOutage,
  insertOutage,
  insertRefusal,
  takeBackRefused,
} from '../../outbox/refusals.ts';
import { Slots } from './slots.ts';

/** A server that refuses so many members alike, and takes nothing in between, refuses everybody. */
const REFUSED_ALIKE_MAX = 20;

export class OutageMemory {
  readonly #db: Database;
  /** One transaction at a time: a page's refusals come together, and would undo one another by deadlocks. */
  readonly #one = new Slots(1);
  /** Whether something may be kept that ends with the next letter that is taken. */
  #mayHold = true;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Somebody else may have kept something since. */
  lookAgain(): void {
    this.#mayHold = true;
  }

  /**
   * Ends a notice as refused; true when it is not after all, because everybody is: then all of them wait again. In one
   * transaction, so that nobody ever sees the last of them refused.
   */
  async refused(refusal: Refusal): Promise<boolean> {
    this.#mayHold = true;
    const { alike, words } = refusal;
    return this.#inTransaction(async (transaction) => {
      const since = await databaseNow(transaction);
      const members = await insertRefusal(transaction, refusal, since);
      // Or it was on its way when the outage began.
      const isOfAll = members >= REFUSED_ALIKE_MAX || (await findOutage(transaction))?.alike === alike;
      if (!isOfAll) return false;
      await takeBackRefused(transaction, alike, since);
      await insertOutage(transaction, { since, alike, words });
      return true;
    });
  }

  /** The server puts everybody off, or turns our sender away. */
  async began(words: string): Promise<void> {
    this.#mayHold = true;
    const since = await databaseNow(this.#db);
    await insertOutage(this.#db, { since, alike: null, words });
  }

  /** It judges each letter by itself again, and has taken none yet. */
  async ended(): Promise<void> {
    await this.#inTransaction(deleteOutage);
  }

  /** The server took a letter: what it refused alike during an outage is sent again, all other refusals were meant. */
  async taken(): Promise<void> {
    if (!this.#mayHold) return;
    this.#mayHold = false;
    try {
      if (await anyRefusal(this.#db)) await this.#settle();
    } catch (error) {
      this.#mayHold = true;
      throw error;
    }
  }

  async #settle(): Promise<void> {
    const now = await databaseNow(this.#db);
    await this.#inTransaction(async (transaction) => {
      const { alike = null } = (await findOutage(transaction)) ?? {};
      if (alike !== null) await takeBackRefused(transaction, alike, now);
      await deleteOutage(transaction);
      await deleteRefusals(transaction);
    });
  }

  #inTransaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.#one.run(() => inTransaction(this.#db, work));
  }
}
