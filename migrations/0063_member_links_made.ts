/**
 * Links to a member's own page that people made, so that one can be ended alone; the address itself is kept nowhere. Those
 * of letters are not here. `revocations` is the number of `member_links` that stood when it was made: of another one it
 * has ended. `opened_at` is when it was opened last, to some minutes.
 */
export const sql = `CREATE TABLE IF NOT EXISTS member_links_made (
  id          BIGINT NOT NULL AUTO_INCREMENT,
  account_id  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  revocations INT NOT NULL,
  made_at     DATETIME(3) NOT NULL,
  made_by     VARCHAR(100) NOT NULL,
  reason      VARCHAR(500) NOT NULL,
  expires_at  DATETIME(3) NOT NULL,
  opened_at   DATETIME(3) NULL,
  ended_at    DATETIME(3) NULL,
  PRIMARY KEY (id),
  KEY of_account (account_id, expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
