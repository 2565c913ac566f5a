/**
 * What operators said about accounts that are put aside. Each part has its own instant: one from before the account was
 * put aside is of an earlier time, and counts no more.
 */
export const sql = `CREATE TABLE IF NOT EXISTS failure_care (
  account_id          VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  acknowledged_at     DATETIME(3) NULL,
  acknowledged_by     VARCHAR(100) NULL,
  acknowledged_reason VARCHAR(500) NULL,
  snoozed_at          DATETIME(3) NULL,
  snoozed_until       DATETIME(3) NULL,
  snoozed_by          VARCHAR(100) NULL,
  snoozed_reason      VARCHAR(500) NULL,
  assigned_at         DATETIME(3) NULL,
  assigned_by         VARCHAR(100) NULL,
  assignee            VARCHAR(100) NULL,
  noted_at            DATETIME(3) NULL,
  noted_by            VARCHAR(100) NULL,
  note                VARCHAR(500) NULL,
  PRIMARY KEY (account_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
