/** Bearer tokens of the HTTP interface; only their hashes are kept. */
export const sql = `CREATE TABLE IF NOT EXISTS tokens (
  id         BIGINT NOT NULL AUTO_INCREMENT,
  name       VARCHAR(100) NOT NULL,
  role       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  hash       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  revoked_at DATETIME(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY once (hash),
  CONSTRAINT tokens_role CHECK (role IN ('viewer', 'operator', 'ingest'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
