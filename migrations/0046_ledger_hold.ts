/**
 * Whether the ledger is held: one row, made by `connects migrate`, whose `held_at` says since when. Whoever
 * posts shares it to the end of his transaction, so that taking it for oneself waits for all that is in flight.
 */
export const sql = `CREATE TABLE IF NOT EXISTS ledger_hold (
  id          TINYINT NOT NULL,
  held_at     DATETIME(3) NULL,
  actor       VARCHAR(100) NULL,
  reason      VARCHAR(500) NULL,
  released_at DATETIME(3) NULL,
  PRIMARY KEY (id),
  CONSTRAINT ledger_hold_is_one CHECK (id = 1),
  CONSTRAINT ledger_hold_is_told CHECK (held_at IS NULL OR (actor IS NOT NULL AND reason IS NOT NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
