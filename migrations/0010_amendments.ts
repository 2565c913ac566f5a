/**
 * What became of a settlement later, which itself is never rewritten: granted after all by a backfill, or reversed
 * with its run. The latest stands.
 */
export const sql = `CREATE TABLE IF NOT EXISTS amendments (
  account_id    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cycle_on      DATE NOT NULL,
  no            INT NOT NULL,
  kind          VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  starts_at     DATETIME(3) NOT NULL,
  plan          VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  opening       INT NOT NULL,
  expired       INT NOT NULL,
  free          INT NOT NULL,
  paid          INT NOT NULL,
  recovered     INT NOT NULL,
  owed          INT NOT NULL,
  short         INT NOT NULL,
  not_taken     INT NOT NULL,
  closing       INT NOT NULL,
  terms_version INT NOT NULL,
  run_id        BIGINT NOT NULL,
  reversed_run  BIGINT NULL,
  notice        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  posted_at     DATETIME(3) NOT NULL,
  PRIMARY KEY (account_id, cycle_on, no),
  KEY of_run (run_id, account_id),
  KEY of_reversed (reversed_run),
  CONSTRAINT amendments_account FOREIGN KEY (account_id) REFERENCES accounts (id),
  CONSTRAINT amendments_kind CHECK (kind IN ('granted', 'reversed')),
  CONSTRAINT amendments_reversed CHECK ((kind = 'reversed') = (reversed_run IS NOT NULL)),
  CONSTRAINT amendments_adds_up CHECK (kind = 'reversed' OR opening + free + paid - recovered = closing),
  CONSTRAINT amendments_not_negative CHECK (expired >= 0 AND free >= 0 AND paid >= 0 AND recovered >= 0
    AND owed >= 0 AND owed <= recovered AND short >= 0 AND not_taken >= 0),
  CONSTRAINT amendments_notice CHECK (notice IN ('staged', 'unchanged', 'opted-out', 'not-asked'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
