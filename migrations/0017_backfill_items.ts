/** Each missing cycle that a backfill found, and what became of it. */
export const sql = `CREATE TABLE IF NOT EXISTS backfill_items (
  backfill_id BIGINT NOT NULL,
  account_id  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cycle_on    DATE NOT NULL,
  reason      VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  granted     INT NOT NULL DEFAULT 0,
  PRIMARY KEY (backfill_id, account_id, cycle_on),
  KEY of_state (backfill_id, state, account_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`;
