/**
 * How often the links to a member's own page were taken back. A link carries the number that stood when it was made; of
 * another one it leads nowhere any more. Accounts without a row have 0.
 */
export const sql = `CREATE TABLE IF NOT EXISTS member_links (
  account_id  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  revocations INT NOT NULL,
  revoked_at  DATETIME(3) NOT NULL,
  PRIMARY KEY (account_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
