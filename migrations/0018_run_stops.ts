/** Why a run ended before its work did: a person stopped it, or it stopped itself. One row per such run. */
export const sql = `CREATE TABLE IF NOT EXISTS run_stops (
  run_id BIGINT NOT NULL,
  at     DATETIME(3) NOT NULL,
  actor  VARCHAR(100) NOT NULL,
  code   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason VARCHAR(500) NOT NULL,
  PRIMARY KEY (run_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
