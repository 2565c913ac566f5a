/**
 * What each posting transaction adds to the rollups, written in that transaction and folded into them later. A row is a
 * sum of its batch: `entries` by day, plan and kind, `cycles` by cycle date, plan and code. Inserted at the end and read
 * by one follower, so that no two transactions wait for each other.
 */
export const sql = `CREATE TABLE IF NOT EXISTS rollup_deltas (
  id       BIGINT NOT NULL AUTO_INCREMENT,
  measure  VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  on_day   DATE NOT NULL,
  plan     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name     VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount   BIGINT NOT NULL,
  quantity INT NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT rollup_deltas_measure CHECK (measure IN ('entries', 'cycles'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
