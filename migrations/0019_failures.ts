/**
 * Accounts that could not be settled: the attempts and the error, kept here so that a flushed Redis loses none.
 */
export const sql = `CREATE TABLE IF NOT EXISTS failures (
  account_id   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  run_id       BIGINT NOT NULL,
  state        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  code         VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  message      VARCHAR(1000) NOT NULL,
  attempts     INT NOT NULL,
  first_at     DATETIME(3) NOT NULL,
  last_at      DATETIME(3) NOT NULL,
  retry_at     DATETIME(3) NULL,
  put_aside_at DATETIME(3) NULL,
  cleared_at   DATETIME(3) NULL,
  PRIMARY KEY (account_id, run_id),
  KEY of_run (run_id, state),
  KEY of_state (state, code),
  CONSTRAINT failures_state CHECK (state IN ('retrying', 'put-aside', 'cleared'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
