/**
 * How long a run's batches took: how many of them took about so many milliseconds, to two digits. A histogram, to which
 * any number of workers can add; a run has as many rows as its times differ, and never more than some hundred.
 */
export const sql = `CREATE TABLE IF NOT EXISTS run_batch_times (
  run_id  BIGINT NOT NULL,
  took_ms INT NOT NULL,
  batches INT NOT NULL,
  PRIMARY KEY (run_id, took_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
