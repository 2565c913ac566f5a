/** People who sign in to the console. */
export const sql = `CREATE TABLE IF NOT EXISTS users (
  id            BIGINT NOT NULL AUTO_INCREMENT,
  name          VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  role          VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  password_hash VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at    DATETIME(3) NOT NULL,
  disabled_at   DATETIME(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY one_name (name),
  CONSTRAINT users_role CHECK (role IN ('viewer', 'operator'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
