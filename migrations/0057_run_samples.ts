/**
 * How many accounts a run settled in each stretch of its time: for the picture of its rate, and for nothing else. A
 * stretch begins `from_s` seconds after the run did and lasts `for_s`; later ones are longer, so a run has few of them.
 */
export const sql = `CREATE TABLE IF NOT EXISTS run_samples (
  run_id  BIGINT NOT NULL,
  from_s  INT NOT NULL,
  for_s   INT NOT NULL,
  settled INT NOT NULL,
  PRIMARY KEY (run_id, from_s)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
