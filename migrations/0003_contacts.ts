/**
 * Personal data lives here and nowhere else; outbox and audit log refer to it by account, so that erasing it leaves
 * the ledger whole.
 */
export const sql = `CREATE TABLE IF NOT EXISTS contacts (
  account_id  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  email       VARCHAR(254) NULL,
  import_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  erased_at   DATETIME(3) NULL,
  PRIMARY KEY (account_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
