/** What clients asked, and the first reply. Without a proposal it is an invite. */
export const sql = `CREATE TABLE IF NOT EXISTS interviews (
  account_id   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  interview    VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  proposal     VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NULL,
  requested_at DATETIME(3) NOT NULL,
  replied_at   DATETIME(3) NULL,
  PRIMARY KEY (account_id, interview)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
