/** What a token may bring and until when, and when it was last used; one without a row is not limited, and was not used. */
export const sql = `CREATE TABLE IF NOT EXISTS token_limits (
  token_id     BIGINT NOT NULL,
  types        VARCHAR(1000) CHARACTER SET ascii COLLATE ascii_bin NULL,
  expires_at   DATETIME(3) NULL,
  last_used_at DATETIME(3) NULL,
  PRIMARY KEY (token_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
