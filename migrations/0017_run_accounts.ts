/** Whom a rerun is over: exactly those that were put aside when it began. A sweep needs no list: it asks who is due. */
export const sql = `CREATE TABLE IF NOT EXISTS run_accounts (
  run_id     BIGINT NOT NULL,
  account_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (run_id, account_id),
  KEY of_account (account_id, run_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
