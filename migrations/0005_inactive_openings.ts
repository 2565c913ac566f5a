/** Accounts that were not active when they were taken over: without it, their past could not be told from a lost one. */
export const sql = `CREATE TABLE IF NOT EXISTS inactive_openings (
  account_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  status     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (account_id),
  CONSTRAINT inactive_openings_account FOREIGN KEY (account_id) REFERENCES accounts (id),
  CONSTRAINT inactive_openings_status CHECK (status IN ('suspended', 'closed'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
