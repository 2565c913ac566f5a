/** A backfill above a limit waits for a second person: a state of its own, which no worker takes. */
export const sql = `ALTER TABLE backfills
  MODIFY state VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  DROP CONSTRAINT backfills_state,
  ADD CONSTRAINT backfills_state
    CHECK (state IN ('awaiting-approval', 'running', 'paused', 'completed', 'cancelled'))`;
