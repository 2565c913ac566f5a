/** An outbox full of sendable notices, one for each account of the bench's fleet, written by SQL in a moment. */
import { type Database } from '../../src/db/connection.ts';
import { execute } from '../../src/db/query.ts';

/** From 0 to 280: a quarter has more than rolls over. */
const OPENING = 'MOD(CAST(SUBSTRING(id, 2) AS SIGNED), 281)';
/** Of 80 each. */
const CYCLES = [
  { starts: 'cycle_on', next: 'next_cycle_on', opening: '72' },
  { starts: 'next_cycle_on', next: 'DATE_ADD(next_cycle_on, INTERVAL 1 MONTH)', opening: OPENING },
] as const;

/**
 * Accounts `a0000001`… must be there, each with a cycle that is due.
 * @param cycles that each notice tells of: one, settled on its day, or two that were late, with a table
 */
export async function fillOutbox(db: Database, cycles: 1 | 2): Promise<void> {
  await execute(
    db,
    "INSERT INTO contacts (account_id, email) SELECT id, CONCAT(id, '@example.test') FROM accounts WHERE id LIKE 'a%'",
  );
  const told = CYCLES.slice(-cycles);
  for (const { starts, next, opening } of told)
    await execute(
      db,
      `INSERT INTO cycles (account_id, cycle_on, starts_at, next_on, opening, carried, expired, free, paid, recovered,
                           closing, plan, cap, code, terms_version, run_id, decision_no, notice, posted_at)
       SELECT id, ${starts}, UTC_TIMESTAMP(3), ${next}, ${opening}, LEAST(${opening}, 200), GREATEST(${opening} - 200, 0),
              10, 70, 0, LEAST(${opening}, 200) + 80, 'plus', 200, 'granted', 1, NULL, 1, 'staged',
              ${cycles === 1 ? `CAST(${starts} AS DATETIME(3))` : 'UTC_TIMESTAMP(3)'}
         FROM accounts WHERE id LIKE 'a%'`,
    );
  const first = told[0]?.starts;
  await execute(
    db,
    `INSERT INTO outbox (account_id, kind, ref, state, first_cycle_on, last_cycle_on, staged_at, next_attempt_at)
     SELECT id, 'grant', CONCAT('cycles:', ${first}), 'pending', ${first}, next_cycle_on, UTC_TIMESTAMP(3),
            UTC_TIMESTAMP(3) FROM accounts WHERE id LIKE 'a%'`,
  );
  // Nothing is due: the worker has mail to do and nothing else.
  await execute(
    db,
    `UPDATE accounts SET balance = IF(id LIKE 'a%', LEAST(${OPENING}, 200) + 80, balance), cycle_on = next_cycle_on,
                         next_cycle_on = DATE_ADD(next_cycle_on, INTERVAL 1 MONTH),
                         next_cycle_at = DATE_ADD(next_cycle_at, INTERVAL 2 MONTH)`,
  );
}
