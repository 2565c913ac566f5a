/** What workers need to know of the runs that their jobs name: read once, kept for a moment. */
import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/connection.ts';
import type { Queryable } from '../../db/query.ts';
import type { Terms } from '../../domain/terms.ts';
import { type Run, findOpenSweep, findRun } from '../../ledger/runs.ts';
import { getTermsVersion } from '../../ledger/terms-versions.ts';

export type OpenRun = Pick<Run, 'id' | 'kind' | 'asOf' | 'termsVersion' | 'notify'> & {
  readonly terms: Terms;
  /**
   * It brings accounts current only on the way to what it is for. What it settles is recorded as no run's, so that it
   * stands when the run is reversed.
   */
  readonly onTheWay?: true;
};

/** How long a run is believed to be still open: that long, at most, a stopped run goes on settling. */
const BELIEVED_MS = 1_000;

export class RunDirectory {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #terms = new Map<number, Terms>();
  readonly #known = new Map<number, { run: OpenRun | undefined; until: number }>();

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /**
   * The open ones among these runs; for a sweep that has ended, the one that is open now. Else a run that is closed or
   * unknown is absent: its jobs have nothing to do.
   * @param db a transaction that asks: it must not wait for another connection while it holds its own
   */
  async find(ids: readonly number[], db: Queryable = this.#db): Promise<ReadonlyMap<number, OpenRun>> {
    const found = new Map<number, OpenRun>();
    for (const id of new Set(ids)) {
      const run = await this.#get(db, id);
      if (run) found.set(id, run);
    }
    return found;
  }

  async #get(db: Queryable, id: number): Promise<OpenRun | undefined> {
    const now = this.#clock.elapsedMs();
    const known = this.#known.get(id);
    if (known && known.until > now) return known.run;
    const run = await this.#read(db, id);
    if (this.#known.size > 1_000) this.#known.clear();
    this.#known.set(id, { run, until: now + BELIEVED_MS });
    return run;
  }

  async #read(db: Queryable, id: number): Promise<OpenRun | undefined> {
    const run = await standIn(db, await findRun(db, id));
    if (!run || run.state !== 'running') return undefined;
    return { ...run, terms: await this.#getTerms(db, run.termsVersion) };
  }

  /** Versions never change once stored, so they are kept for good. */
  async #getTerms(db: Queryable, version: number): Promise<Terms> {
    const known = this.#terms.get(version);
    if (known) return known;
    const { terms } = await getTermsVersion(db, version);
    this.#terms.set(version, terms);
    return terms;
  }
}

/**
 * A job that a sweep left in the queue when it ended keeps the next sweep's from being added: their ids are the
 * account's. So it is taken for the next sweep's.
 */
const standIn = async (db: Queryable, run: Run | undefined): Promise<Run | undefined> =>
  run?.kind === 'sweep' && run.endedAt !== null ? findOpenSweep(db) : run;
