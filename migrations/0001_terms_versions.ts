/**
 * The program's terms as numbered versions. A run pins one, so that two processes never grant by different numbers.
 */
export const sql = `CREATE TABLE IF NOT EXISTS terms_versions (
  version      INT NOT NULL,
  content      MEDIUMTEXT NOT NULL,
  content_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  applied_at   DATETIME(3) NOT NULL,
  actor        VARCHAR(100) NOT NULL,
  reason       VARCHAR(500) NOT NULL,
  PRIMARY KEY (version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
