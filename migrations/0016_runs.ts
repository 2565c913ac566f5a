/**
 * One recorded execution. Counts are derived from what it wrote, so they are right after any crash. `open_key` is
 * unique while open and NULL afterwards: at most one sweep is open. `submitting_until` is the lease of whoever pages.
 */
export const sql = `CREATE TABLE IF NOT EXISTS runs (
  id               BIGINT NOT NULL AUTO_INCREMENT,
  kind             VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state            VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  as_of            DATETIME(3) NOT NULL,
  terms_version    INT NOT NULL,
  notify           VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  actor            VARCHAR(100) NOT NULL,
  reason           VARCHAR(500) NULL,
  due_at_start     INT NOT NULL,
  started_at       DATETIME(3) NOT NULL,
  heartbeat_at     DATETIME(3) NOT NULL,
  ended_at         DATETIME(3) NULL,
  submitting_until DATETIME(3) NULL,
  open_key         VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  PRIMARY KEY (id),
  UNIQUE KEY one_open (open_key),
  KEY of_state (state, id),
  CONSTRAINT runs_kind CHECK (kind IN ('sweep', 'rerun', 'backfill', 'reversal')),
  CONSTRAINT runs_state CHECK
    (state IN ('running', 'completed', 'completed-with-failures', 'stopping', 'stopped', 'failed')),
  CONSTRAINT runs_notify CHECK (notify IN ('none', 'digest', 'each'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
