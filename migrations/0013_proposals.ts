/** What was spent on each proposal and given back, and the interview that was rewarded for it or closed it. */
export const sql = `CREATE TABLE IF NOT EXISTS proposals (
  account_id  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  proposal    VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  spent       INT NOT NULL,
  refunded    INT NOT NULL,
  rewarded_by VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NULL,
  closed_by   VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NULL,
  PRIMARY KEY (account_id, proposal),
  CONSTRAINT proposals_refunded CHECK (refunded >= 0 AND refunded <= spent)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
