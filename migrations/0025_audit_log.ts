/** Every change by a person: who, why, before and after, written in the change's own transaction. */
export const sql = `CREATE TABLE IF NOT EXISTS audit_log (
  id        BIGINT NOT NULL AUTO_INCREMENT,
  at        DATETIME(3) NOT NULL,
  actor     VARCHAR(100) NOT NULL,
  action    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  target    VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason    VARCHAR(500) NULL,
  before_is MEDIUMTEXT NULL,
  after_is  MEDIUMTEXT NULL,
  run_id    BIGINT NULL,
  PRIMARY KEY (id),
  KEY of_target (target, id),
  KEY of_time (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
