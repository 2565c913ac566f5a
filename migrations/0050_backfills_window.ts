/**
 * When a backfill may be worked on (local times of a zone; null for always), when its rate allows the next batch, whoever
 * works on it, and who approved it.
 */
export const sql = `ALTER TABLE backfills
  ADD COLUMN opens         VARCHAR(5) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN closes        VARCHAR(5) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN zone          VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN next_batch_at DATETIME(3) NULL,
  ADD COLUMN approved_by   VARCHAR(100) NULL,
  ADD COLUMN approved_at   DATETIME(3) NULL`;
