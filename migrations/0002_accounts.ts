/**
 * Who holds a balance, and all that deciding needs to know. `next_cycle_on` is the fact; `next_cycle_at` is its cache
 * in UTC, and all that "due" is made of: next_cycle_at <= asOf. Who is put aside or waits for a retry stands in
 * `failures` alone, so that a row that refuses every update can be put aside too. `catch_up_from` is the first cycle
 * of a catch-up that needs several transactions, until its one notice is staged.
 */
export const sql = `CREATE TABLE IF NOT EXISTS accounts (
  id                VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind              VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  plan              VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  pending_plan      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
  status            VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  anchor_on         DATE NOT NULL,
  zone              VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tracked_from      DATETIME(3) NOT NULL,
  opening_balance   INT NOT NULL,
  balance           INT NOT NULL,
  owed              INT NOT NULL DEFAULT 0,
  last_seq          INT NOT NULL DEFAULT 0,
  last_decision     INT NOT NULL DEFAULT 0,
  watermark         DATETIME(3) NOT NULL,
  cycle_on          DATE NOT NULL,
  cycle_paid        INT NOT NULL DEFAULT 0,
  next_cycle_on     DATE NULL,
  next_cycle_at     DATETIME(3) NULL,
  catch_up_from     DATE NULL,
  notices_opted_out TINYINT NOT NULL DEFAULT 0,
  readiness_awarded TINYINT NOT NULL DEFAULT 0,
  PRIMARY KEY (id),
  KEY due (next_cycle_at, id),
  CONSTRAINT accounts_kind CHECK (kind IN ('freelancer', 'agency')),
  CONSTRAINT accounts_plan CHECK (plan IN ('basic', 'plus', 'agency')),
  CONSTRAINT accounts_plan_of_kind CHECK ((kind = 'agency') = (plan = 'agency')),
  CONSTRAINT accounts_status CHECK (status IN ('active', 'suspended', 'closed')),
  CONSTRAINT accounts_opening_not_negative CHECK (opening_balance >= 0),
  CONSTRAINT accounts_balance_not_negative CHECK (balance >= 0),
  CONSTRAINT accounts_owed_not_negative CHECK (owed >= 0),
  CONSTRAINT accounts_closed_has_no_next CHECK (status <> 'closed' OR next_cycle_on IS NULL)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
