/** Letters that wait are sent by a worker of their own, and read as their members would. */
import { startWorker } from '../../jobs/start-worker.ts';
import type { App } from '../../src/app.ts';
import { type Database, inTransaction } from '../../src/db/connection.ts';
import { execute } from '../../src/db/query.ts';
import type { PostOffice, ReceivedLetter } from './post-office.ts';
import { allSent } from './sweeping.ts';

/** Until none waits any more. */
export async function deliver(app: App): Promise<void> {
  const worker = startWorker(app);
  try {
    await allSent(app);
  } finally {
    await worker.stop();
  }
}

/** Notices that somebody has taken may be taken by others now. A worker may be writing beside it, and win: then once more. */
export const endClaims = (db: Database): Promise<unknown> =>
  inTransaction(db, (transaction) =>
    execute(transaction, "UPDATE outbox SET lease_until = staged_at WHERE state = 'claimed'"),
  );

export const lettersTo = ({ letters }: Pick<PostOffice, 'letters'>, account: string): ReceivedLetter[] =>
  letters.filter((one) => one.to.includes(`${account}@example.test`));

/** The words of a letter, whatever its lines. */
export const said = (letter: ReceivedLetter | undefined): string =>
  (letter?.text ?? '').replaceAll(/\s+/g, ' ');
