/**
 * What was decided of each event, and second decisions of backfills; a boundary's own decision is its cycle. Both
 * share the account's `decision_no`, which is their posting order.
 */
export const sql = `CREATE TABLE IF NOT EXISTS decisions (
  account_id  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  decision_no INT NOT NULL,
  subject     VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  code        VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  detail      TEXT NOT NULL,
  at          DATETIME(3) NOT NULL,
  posted_at   DATETIME(3) NOT NULL,
  run_id      BIGINT NULL,
  PRIMARY KEY (account_id, decision_no),
  KEY of_subject (account_id, subject),
  CONSTRAINT decisions_account FOREIGN KEY (account_id) REFERENCES accounts (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
