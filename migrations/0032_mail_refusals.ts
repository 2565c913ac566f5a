/**
 * Refusals that may be no judgement of their letter: kept from each refusal until the server takes a letter. When many
 * members were refused alike, the server refuses everybody, and these notices are sent again.
 */
export const sql = `CREATE TABLE IF NOT EXISTS mail_refusals (
  notice_id  BIGINT NOT NULL,
  account_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  alike      VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  refused_at DATETIME(3) NOT NULL,
  PRIMARY KEY (notice_id),
  KEY of_alike (alike, account_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
