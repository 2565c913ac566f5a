/** Each cycle that a backfill dealt with, written with its grant: what it came to, or why it was left as it is. */
export const sql = `CREATE TABLE IF NOT EXISTS backfill_items (
  backfill_id BIGINT NOT NULL,
  account_id  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cycle_on    DATE NOT NULL,
  reason      VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  why         VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  message     VARCHAR(1000) NULL,
  granted     INT NOT NULL,
  recovered   INT NOT NULL,
  PRIMARY KEY (backfill_id, account_id, cycle_on),
  KEY of_state (backfill_id, state, account_id),
  CONSTRAINT backfill_items_state CHECK (state IN ('granted', 'recorded', 'skipped', 'failed'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
