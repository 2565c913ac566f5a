/** What people wrote down about a run. Only ever added to. */
export const sql = `CREATE TABLE IF NOT EXISTS run_notes (
  id     BIGINT NOT NULL AUTO_INCREMENT,
  run_id BIGINT NOT NULL,
  at     DATETIME(3) NOT NULL,
  actor  VARCHAR(100) NOT NULL,
  note   VARCHAR(500) NOT NULL,
  PRIMARY KEY (id),
  KEY of_run (run_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
