/** What each channel was last told of each alert: that it is on, since when, or that it is over. */
export const sql = `CREATE TABLE IF NOT EXISTS alerts (
  name    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  channel VARCHAR(270) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state   VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  since   DATETIME(3) NOT NULL,
  told_at DATETIME(3) NOT NULL,
  PRIMARY KEY (name, channel),
  CONSTRAINT alerts_state CHECK (state IN ('on', 'over'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
