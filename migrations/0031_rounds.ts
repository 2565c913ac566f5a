/**
 * How far work has got that goes round and round over all accounts, a page at a time: the last one that was looked at, or
 * none at the beginning of a round. A process that lives for seconds goes on where the one before it ended.
 */
export const sql = `CREATE TABLE IF NOT EXISTS rounds (
  name       VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reached_at DATETIME(3) NULL,
  reached_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  moved_at   DATETIME(3) NOT NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
