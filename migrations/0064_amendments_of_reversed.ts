/** Which reversals took back what a run granted: each is found by a step through the key, however much it took back. */
export const sql = `ALTER TABLE amendments
  DROP KEY of_reversed,
  ADD KEY of_reversed (reversed_run, run_id)`;
