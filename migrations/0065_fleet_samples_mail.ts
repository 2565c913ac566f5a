/** What the tiles of the page of emails say, beside those of the overview. Samples from before know nothing of it. */
export const sql = `ALTER TABLE fleet_samples
  ADD COLUMN sent_today INT NULL,
  ADD COLUMN refused    INT NULL,
  ADD COLUMN too_old    INT NULL,
  ADD COLUMN suppressed INT NULL`;
