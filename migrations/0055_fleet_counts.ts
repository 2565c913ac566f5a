/**
 * What is counted of all accounts now and then, because no index answers it in time: who is due on which day (`due`),
 * and which cycles are missing (`holes`; `holes-next` while a round over all accounts is on its way).
 */
export const sql = `CREATE TABLE IF NOT EXISTS fleet_counts (
  name     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  on_day   DATE NOT NULL,
  plan     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  accounts BIGINT NOT NULL,
  connects BIGINT NOT NULL,
  PRIMARY KEY (name, on_day, plan)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
