/**
 * The ledger in sums, so that nothing that is drawn reads the ledger: Connects and number of entries by day of effect
 * (UTC), plan and kind; Connects and number of cycles by cycle date, plan and code. What is not folded yet stands in
 * rollup_deltas; the two together are right at any moment.
 */
export const sql = `CREATE TABLE IF NOT EXISTS rollups (
  measure  VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  on_day   DATE NOT NULL,
  plan     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name     VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount   BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  PRIMARY KEY (measure, on_day, plan, name),
  CONSTRAINT rollups_measure CHECK (measure IN ('entries', 'cycles'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
