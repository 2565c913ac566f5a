/**
 * Which installation has the queues of a prefix on a Redis. The database says who it is; Redis holds a mark, which is
 * made anew wherever it is gone. Two databases on one prefix would take each other's jobs.
 */
import { randomUUID } from 'node:crypto';
import { type Database, inTransaction } from '../../db/connection.ts';
import { shownNow } from '../../db/query.ts';
import { configuration } from '../../errors.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import { findInstallation, insertInstallation, updateInstallation } from '../../ledger/installation.ts';
import type { Inspector } from '../../queue/inspector.ts';
import type { Producer } from '../../queue/producer.ts';

export interface InstallationDeps {
  readonly db: Database;
  readonly inspector: Pick<Inspector, 'claimPrefix' | 'takePrefix'>;
}

interface Change {
  readonly actor: string;
  readonly reason: string | null;
}

/** The code of a prefix that somebody else has. */
export const REDIS_OF_ANOTHER = 'redis-of-another';

/** What to do when it is. */
export const AFTER_ANOTHER =
  'give this one a prefix of its own (CONNECTS_QUEUE_PREFIX), or a Redis of its own; where the other one is gone for ' +
  'good, "connects installation take-over"';

/** Made once, with the schema. */
export async function ensureInstallation(owner: Database): Promise<void> {
  if ((await findInstallation(owner)) === undefined)
    await insertInstallation(owner, randomUUID(), await shownNow(owner));
}

/** Whose the prefix is, where it is not ours; an unmarked one becomes ours. */
export async function findOtherOwner({ db, inspector }: InstallationDeps): Promise<string | undefined> {
  const own = await findInstallation(db);
  if (own === undefined) return undefined;
  const owner = await inspector.claimPrefix(own);
  return owner === own ? undefined : owner;
}

/** @throws configuration `redis-of-another`; unavailable when Redis or the database cannot be asked */
export async function requireOwnPrefix(deps: InstallationDeps): Promise<void> {
  const other = await findOtherOwner(deps);
  if (other === undefined) return;
  throw configuration(
    'redis-of-another',
    `the queues of this prefix on this Redis belong to another installation (${other}): each would take the other's jobs`,
    { mend: AFTER_ANOTHER },
  );
}

/** The prefix is ours from now on, whosever it was: his workers stop within seconds. @returns whose it was */
export async function takeOverPrefix(
  { db, inspector }: InstallationDeps,
  { actor, reason, dryRun }: Change & { readonly dryRun: boolean },
): Promise<string | undefined> {
  const own = (await findInstallation(db)) as string;
  const other = await findOtherOwner({ db, inspector });
  if (other === undefined || dryRun) return other;
  const at = await shownNow(db);
  const told = { at, actor, reason, action: 'installation.take-over', target: 'redis', runId: null };
  await insertAudit(db, { ...told, before: { installation: other }, after: { installation: own } });
  await inspector.takePrefix(own);
  return other;
}

/** Queues that are gone with their jobs, whose accounts and notices the next sweep and relay enqueue where they are taken. */
export interface Tidied {
  readonly shards: number;
  readonly queues: number;
  readonly jobs: number;
}

interface TidyDeps extends InstallationDeps {
  readonly inspector: Pick<Inspector, 'claimPrefix' | 'takePrefix' | 'findOldShards' | 'requireSameShards'>;
  readonly queue: Pick<Producer, 'removeQueues'>;
}

/**
 * Takes away what is left in Redis of queues that were split into another number of shards.
 * @throws configuration `redis-configuration` while workers count their shards otherwise, `redis-of-another`
 */
export async function tidyQueues(
  { db, inspector, queue }: TidyDeps,
  { actor, reason, dryRun }: Change & { readonly dryRun: boolean },
): Promise<Tidied[]> {
  await requireOwnPrefix({ db, inspector });
  await inspector.requireSameShards({ works: false });
  const old = await inspector.findOldShards();
  const tidied = old.map(({ shards, names, jobs }) => ({ shards, queues: names.length, jobs }));
  if (dryRun || old.length === 0) return tidied;
  const told = { actor, reason, action: 'installation.tidy', target: 'redis', runId: null };
  await insertAudit(db, { ...told, at: await shownNow(db), before: { queues: tidied }, after: null });
  await queue.removeQueues(old.flatMap(({ names }) => names));
  return tidied;
}

/** For a copy of a database: an installation of its own from now on. @returns its id */
export async function renewInstallation(db: Database, { actor, reason }: Change): Promise<string> {
  return inTransaction(db, async (transaction) => {
    const [before, id, at] = [await findInstallation(transaction), randomUUID(), await shownNow(transaction)];
    await updateInstallation(transaction, id, at);
    const told = { at, actor, reason, action: 'installation.renew', target: 'database', runId: null };
    await insertAudit(transaction, {
      ...told,
      before: { installation: before },
      after: { installation: id },
    });
    return id;
  });
}
