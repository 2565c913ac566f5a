/**
 * What a reversal left alone because it had expired since: so much of what cycle `expired_on` let expire had been
 * granted by cycle `cycle_on`. Where that later cycle is reversed too, so much less is given back.
 */
export const sql = `CREATE TABLE IF NOT EXISTS lapses (
  account_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  expired_on DATE NOT NULL,
  cycle_on   DATE NOT NULL,
  run_id     BIGINT NOT NULL,
  amount     INT NOT NULL,
  PRIMARY KEY (account_id, expired_on, cycle_on, run_id),
  CONSTRAINT lapses_account FOREIGN KEY (account_id) REFERENCES accounts (id),
  CONSTRAINT lapses_positive CHECK (amount > 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
