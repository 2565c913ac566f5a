/**
 * How the accounts of a run become jobs. One job each is the rule: each has an outcome of its own at once. Where very many
 * are due, most of a job's price is the queue's, so a job is of several hundred; whoever fails in it falls out of it, and
 * is tried again by himself.
 */
import type { DuePosition } from '../../ledger/accounts.ts';
import type { JobQueue } from '../../queue/producer.ts';

interface Page {
  readonly run: number;
  /** Whom the page follows. */
  readonly after: DuePosition | undefined;
  readonly page: readonly DuePosition[];
}

export interface Lane {
  /** Accounts that are read at a time. */
  readonly page: number;
  enqueue(queue: JobQueue, page: Page): Promise<void>;
}

export const oneByOne: Lane = {
  page: 1_000,
  enqueue: (queue, { run, page }) => queue.enqueueSettling(page.map(({ id }) => ({ account: id, run }))),
};

/** Accounts of one cohort: what one transaction settles at the most. */
export const COHORT = 500;

export const inCohorts: Lane = {
  page: 10 * COHORT,
  enqueue: (queue, { run, after, page }) => {
    const cohorts = [];
    for (let from = 0; from < page.length; from += COHORT) {
      const upTo = page[Math.min(from + COHORT, page.length) - 1] as DuePosition;
      cohorts.push({ run, after: (from === 0 ? after : page[from - 1]) ?? null, upTo });
    }
    return queue.enqueueCohorts(cohorts);
  },
};
