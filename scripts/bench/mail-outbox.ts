/** An outbox full of sendable notices, one for each account of the bench's fleet, written by SQL in a moment. */
import { type Database } from '../../src/db/connection.ts';
import { execute } from '../../src/db/query.ts';

/** Accounts `a0000001`… must be there, each with a cycle that is due. */
export async function fillOutbox(db: Database): Promise<void> {
  await execute(
    db,
    "INSERT INTO contacts (account_id, email) SELECT id, CONCAT(id, '@example.test') FROM accounts WHERE id LIKE 'a%'",
  );
  // Two cycles of 80: a message as long as that of the other contender.
  for (const [starts, next, opening] of [
    ['cycle_on', 'next_cycle_on', 72],
    ['next_cycle_on', 'DATE_ADD(next_cycle_on, INTERVAL 1 MONTH)', 225],
  ] as const)
    await execute(
      db,
      `INSERT INTO cycles (account_id, cycle_on, starts_at, next_on, opening, carried, expired, free, paid, recovered,
                           closing, plan, cap, code, terms_version, run_id, decision_no, notice, posted_at)
       SELECT id, ${starts}, UTC_TIMESTAMP(3), ${next}, ${opening}, LEAST(${opening}, 200), GREATEST(${opening} - 200, 0),
              10, 70, 0, LEAST(${opening}, 200) + 80, 'plus', 200, 'granted', 1, NULL, 1, 'staged', UTC_TIMESTAMP(3)
         FROM accounts WHERE id LIKE 'a%'`,
    );
  await execute(
    db,
    `INSERT INTO outbox (account_id, kind, ref, state, first_cycle_on, last_cycle_on, staged_at, next_attempt_at)
     SELECT id, 'grant', CONCAT('cycles:', cycle_on), 'pending', cycle_on, next_cycle_on, UTC_TIMESTAMP(3),
            UTC_TIMESTAMP(3) FROM accounts WHERE id LIKE 'a%'`,
  );
  // Nothing is due: the worker has mail to do and nothing else.
  await execute(
    db,
    `UPDATE accounts SET cycle_on = next_cycle_on, next_cycle_on = DATE_ADD(next_cycle_on, INTERVAL 1 MONTH),
                         next_cycle_at = DATE_ADD(next_cycle_at, INTERVAL 2 MONTH)`,
  );
}
