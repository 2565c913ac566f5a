/**
 * The ledger. It only grows: the app's user may SELECT and INSERT, nothing else. (account, subject, kind) is the
 * idempotency key: nothing is ever posted twice for one cause.
 */
export const sql = `CREATE TABLE IF NOT EXISTS entries (
  account_id    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  seq           INT NOT NULL,
  kind          VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount        INT NOT NULL,
  balance_after INT NOT NULL,
  effective_at  DATETIME(3) NOT NULL,
  occurred_at   DATETIME(3) NOT NULL,
  posted_at     DATETIME(3) NOT NULL,
  cycle_on      DATE NULL,
  subject       VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  proposal      VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NULL,
  run_id        BIGINT NULL,
  PRIMARY KEY (account_id, seq),
  UNIQUE KEY once (account_id, subject, kind),
  CONSTRAINT entries_account FOREIGN KEY (account_id) REFERENCES accounts (id),
  CONSTRAINT entries_amount_not_zero CHECK (amount <> 0),
  CONSTRAINT entries_balance_not_negative CHECK (balance_after >= 0),
  CONSTRAINT entries_seq_positive CHECK (seq > 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
