/**
 * What was asked, and what the reply to it was awarded. Awards are found by when they occurred: the 7-day window.
 */
export const sql = `CREATE TABLE IF NOT EXISTS interviews (
  account_id   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  interview    VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  proposal     VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NULL,
  requested_at DATETIME(3) NOT NULL,
  replied_at   DATETIME(3) NULL,
  awarded      INT NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id, interview),
  KEY awards (account_id, replied_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`;
