/**
 * One settlement per account and cycle date: the primary key makes a second one impossible. It is the decision of
 * its boundary too. `decision_no` orders it among the account's other decisions; `notice` says which email told of it,
 * or why none did. No foreign key to runs: two batches would deadlock on its row.
 */
export const sql = `CREATE TABLE IF NOT EXISTS cycles (
  account_id    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cycle_on      DATE NOT NULL,
  starts_at     DATETIME(3) NOT NULL,
  next_on       DATE NOT NULL,
  opening       INT NOT NULL,
  carried       INT NOT NULL,
  expired       INT NOT NULL,
  free          INT NOT NULL,
  paid          INT NOT NULL,
  recovered     INT NOT NULL,
  closing       INT NOT NULL,
  plan          VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cap           INT NULL,
  code          VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  terms_version INT NOT NULL,
  run_id        BIGINT NULL,
  decision_no   INT NOT NULL,
  notice        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  posted_at     DATETIME(3) NOT NULL,
  PRIMARY KEY (account_id, cycle_on),
  KEY of_run (run_id, account_id),
  CONSTRAINT cycles_account FOREIGN KEY (account_id) REFERENCES accounts (id),
  CONSTRAINT cycles_opening_splits CHECK (carried + expired = opening),
  CONSTRAINT cycles_closing_adds_up CHECK (carried + free + paid - recovered = closing),
  CONSTRAINT cycles_not_negative CHECK (carried >= 0 AND expired >= 0 AND free >= 0 AND paid >= 0 AND recovered >= 0),
  CONSTRAINT cycles_next_is_later CHECK (next_on > cycle_on),
  CONSTRAINT cycles_code CHECK (code IN ('granted', 'no-monthly-grant', 'before-program', 'account-inactive')),
  CONSTRAINT cycles_notice CHECK (notice IN ('staged', 'unchanged', 'opted-out', 'not-asked'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
