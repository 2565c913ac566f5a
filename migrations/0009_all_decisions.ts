/** Every decision of an account in posting order, whether of a boundary (its cycle) or of an event. */
export const sql = `CREATE OR REPLACE VIEW all_decisions AS
  SELECT account_id, decision_no, CONCAT('cycle:', cycle_on) AS subject, code, NULL AS detail, starts_at AS at, run_id,
         carried, expired, free, paid, recovered
    FROM cycles
  UNION ALL
  SELECT account_id, decision_no, subject, code, detail, at, run_id, NULL, NULL, NULL, NULL, NULL
    FROM decisions`;
