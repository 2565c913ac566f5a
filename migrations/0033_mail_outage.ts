/** One row while the mail server takes nothing from us, whoever the letter is for; none otherwise. */
export const sql = `CREATE TABLE IF NOT EXISTS mail_outage (
  id    TINYINT NOT NULL,
  since DATETIME(3) NOT NULL,
  alike VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NULL,
  words VARCHAR(500) NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT mail_outage_is_one CHECK (id = 1)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
