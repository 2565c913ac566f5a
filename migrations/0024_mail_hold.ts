/** One row while all mail is held, none otherwise: relays and senders look before every page. */
export const sql = `CREATE TABLE IF NOT EXISTS mail_hold (
  id      TINYINT NOT NULL,
  held_at DATETIME(3) NOT NULL,
  actor   VARCHAR(100) NOT NULL,
  reason  VARCHAR(500) NULL,
  PRIMARY KEY (id),
  CONSTRAINT mail_hold_is_one CHECK (id = 1)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
