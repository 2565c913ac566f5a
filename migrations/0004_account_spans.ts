/** One row per change of anchor, zone or plan, so that the past stays computable. */
export const sql = `CREATE TABLE IF NOT EXISTS account_spans (
  account_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  from_at    DATETIME(3) NOT NULL,
  anchor_on  DATE NOT NULL,
  zone       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  plan       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (account_id, from_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
