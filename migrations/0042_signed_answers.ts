/** Answers that were given under a code: as they were given, by whom and when. Never changed. */
export const sql = `CREATE TABLE IF NOT EXISTS signed_answers (
  code       VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  account_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at         DATETIME(3) NOT NULL,
  actor      VARCHAR(120) NOT NULL,
  answer     MEDIUMTEXT NOT NULL,
  PRIMARY KEY (code),
  KEY of_account (account_id, at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
