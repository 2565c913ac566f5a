/** Locks that somebody keeps: which accounts wait for them, and whose they are. It waits for none of them itself. */
import { inTransaction } from '../../../db/connection.ts';
import { type OpenTransaction, listOpenTransactions } from '../../../db/open-transactions.ts';
import { databaseNow, shownNow } from '../../../db/query.ts';
import { lockAccounts } from '../../../ledger/account-locks.ts';
import { listDue } from '../../../ledger/accounts.ts';
import { counted, formatAge } from '../../../words.ts';
import { listBusy } from '../list-busy.ts';
import type { DoctorDeps } from './deps.ts';
import { type Finding, ok, warning } from './finding.ts';

type Deps = Pick<DoctorDeps, 'db' | 'clock' | 'inspector'>;

/** No transaction of ours takes that long. */
const LONG_S = 30;
/** Of those who are due for longer than a batch takes, so many are looked at, twice. */
const LOOKED_AT = 200;
const BETWEEN_LOOKS_MS = 500;
const NAMED = 5;

const FREE =
  'end that session: KILL with its number, as a database administrator. What it has not committed is undone, and nothing of ours is lost';
const SEE = 'GRANT PROCESS ON *.* to our user shows here whose lock it is; or look with SHOW PROCESSLIST';

/** Without the right to see sessions nothing is known of any other row. */
const ACCOUNTS_ONLY =
  'no account that is due is locked itself, and no worker met a lock on other rows; who has any shows only with the right PROCESS';

/** Those whose account is locked are found here; whose other rows are, workers find by writing to them. */
export async function checkLocks(deps: Deps, redisIsThere: boolean): Promise<readonly Finding[]> {
  const open = await listOpenTransactions(deps.db, LONG_S);
  const findings = (open ?? []).slice(0, NAMED).map((one) => warning('locks', describe(one), FREE));
  const busy = redisIsThere ? await listBusy(deps, await shownNow(deps.db)) : [];
  const locked = [...new Set([...(await findLocked(deps)), ...busy])].toSorted();
  if (locked.length > 0) {
    const named = `${locked.slice(0, NAMED).join(', ')}${locked.length > NAMED ? ', …' : ''}`;
    const who = `${counted(locked.length, 'account that is due is', 'accounts that are due are')} held up by locks of somebody else`;
    findings.push(warning('locks', `${who}: ${named}`, open ? FREE : `${FREE}. ${SEE}`));
  }
  if (findings.length > 0) return findings;
  return [ok('locks', open ? 'no transaction has kept rows locked for long' : ACCOUNTS_ONLY)];
}

function describe({
  connection,
  user,
  host,
  ageSeconds,
  silentSeconds,
  rowsLocked,
}: OpenTransaction): string {
  const silent = silentSeconds === null ? 'at work' : `silent for ${formatAge(silentSeconds)}`;
  return (
    `connection ${connection} of ${user}@${host} has a transaction open for ${formatAge(ageSeconds)}, ${silent}, ` +
    `with ${counted(rowsLocked, 'row', 'rows')} locked`
  );
}

/** Found locked twice: a batch of ours has nobody for that long. */
async function findLocked({ db, clock }: Deps): Promise<readonly string[]> {
  const now = await databaseNow(db);
  const due = await listDue(db, { asOf: now - LONG_S * 1_000, now, after: undefined, limit: LOOKED_AT });
  let locked = due.map((one) => one.id);
  for (let look = 1; look <= 2 && locked.length > 0; look += 1) {
    if (look > 1) await clock.sleep(BETWEEN_LOOKS_MS);
    const ids = locked;
    locked = [...(await inTransaction(db, (transaction) => lockAccounts(transaction, ids))).busy];
  }
  return locked;
}
