/**
 * A backfill as a kept object: what was asked, by whom, what was planned, and how far it is. `done_to` is the last
 * account that is dealt with; `worker` is the one process that works on it, as long as it renews `working_until`.
 */
export const sql = `CREATE TABLE IF NOT EXISTS backfills (
  id            BIGINT NOT NULL AUTO_INCREMENT,
  state         VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  from_on       DATE NOT NULL,
  to_on         DATE NOT NULL,
  asked         MEDIUMTEXT NOT NULL,
  planned       TEXT NOT NULL,
  plan_hash     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  notify        VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  rate          INT NULL,
  run_id        BIGINT NOT NULL,
  done_to       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  worker        VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  working_until DATETIME(3) NULL,
  actor         VARCHAR(100) NOT NULL,
  reason        VARCHAR(500) NOT NULL,
  created_at    DATETIME(3) NOT NULL,
  ended_at      DATETIME(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY of_run (run_id),
  KEY of_state (state, id),
  CONSTRAINT backfills_state CHECK (state IN ('running', 'paused', 'completed', 'cancelled'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
