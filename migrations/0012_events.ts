/**
 * Facts from other systems, once each. `arrival` is the order in which they came; `waiting` ones are applied in that
 * order by whatever brings their account current.
 */
export const sql = `CREATE TABLE IF NOT EXISTS events (
  arrival      BIGINT NOT NULL AUTO_INCREMENT,
  id           VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  account_id   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  type         VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at           DATETIME(3) NOT NULL,
  content_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  content      TEXT NOT NULL,
  state        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  effective_at DATETIME(3) NULL,
  late         TINYINT NOT NULL DEFAULT 0,
  received_at  DATETIME(3) NOT NULL,
  PRIMARY KEY (arrival),
  UNIQUE KEY once (id),
  KEY waiting (state, account_id, arrival),
  KEY of_account (account_id, arrival),
  CONSTRAINT events_state CHECK (state IN ('applied', 'refused', 'waiting'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
