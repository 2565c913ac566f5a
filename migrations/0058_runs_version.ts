/**
 * Which version of the program opened a run; what a closed one was counted to, so that a list of runs need not count
 * again; and ways to find runs by who began them, by kind and by time.
 */
export const sql = `ALTER TABLE runs
  ADD COLUMN program_version VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN counted TEXT NULL,
  ADD KEY of_kind (kind, id),
  ADD KEY of_actor (actor, id),
  ADD KEY begun (started_at, id)`;
