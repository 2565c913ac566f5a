/**
 * What the tiles of the overview say, written down every ten minutes: for the small pictures of how it went, and for
 * nothing else. A day of it is kept. `clean_s` is for how long not everybody had been current.
 */
export const sql = `CREATE TABLE IF NOT EXISTS fleet_samples (
  at        DATETIME(3) NOT NULL,
  due       INT NOT NULL,
  put_aside INT NOT NULL,
  waiting   INT NOT NULL,
  clean_s   INT NULL,
  PRIMARY KEY (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
