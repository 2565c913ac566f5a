/** Each firing of the clock and what came of it, so that skipped and joined ones can be seen. */
export const sql = `CREATE TABLE IF NOT EXISTS ticks (
  id      BIGINT NOT NULL AUTO_INCREMENT,
  at      DATETIME(3) NOT NULL,
  slot_at DATETIME(3) NULL,
  source  VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  outcome VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  run_id  BIGINT NULL,
  PRIMARY KEY (id),
  KEY of_time (at),
  CONSTRAINT ticks_outcome CHECK (outcome IN ('nothing-due', 'opened', 'joined', 'failed'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
