/** Why an event could not be decided when it was last tried; of events that no longer wait, why they did. */
export const sql = `CREATE TABLE IF NOT EXISTS event_waits (
  event_id VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  code     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  message  VARCHAR(1000) NOT NULL,
  at       DATETIME(3) NOT NULL,
  PRIMARY KEY (event_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
