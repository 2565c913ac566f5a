/** Interview awards as the 7-day window counts them: whole, by when the member replied, however late that arrived. */
export const sql = `CREATE TABLE IF NOT EXISTS awards (
  account_id  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  interview   VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  proposal    VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  occurred_at DATETIME(3) NOT NULL,
  amount      INT NOT NULL,
  PRIMARY KEY (account_id, interview),
  KEY in_window (account_id, occurred_at),
  CONSTRAINT awards_positive CHECK (amount > 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
