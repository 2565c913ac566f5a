/** Which installation this database is: what it has in Redis is marked with it, so that two never take each other's jobs. */
export const sql = `CREATE TABLE IF NOT EXISTS installation (
  only_one TINYINT NOT NULL,
  id       CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  made_at  DATETIME(3) NOT NULL,
  PRIMARY KEY (only_one),
  CONSTRAINT installation_is_one CHECK (only_one = 1)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
