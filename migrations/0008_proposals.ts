/** What was spent on each proposal, and given back. */
export const sql = `CREATE TABLE IF NOT EXISTS proposals (
  account_id   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  proposal     VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  spent        INT NOT NULL,
  refunded     INT NOT NULL DEFAULT 0,
  reward       VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NULL,
  submitted_at DATETIME(3) NOT NULL,
  PRIMARY KEY (account_id, proposal),
  CONSTRAINT proposals_refunded CHECK (refunded >= 0 AND refunded <= spent)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`;
