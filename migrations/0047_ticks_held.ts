/** A tick that found the ledger held did what it was to do: nothing. */
export const sql = `ALTER TABLE ticks DROP CONSTRAINT ticks_outcome,
  ADD CONSTRAINT ticks_outcome CHECK (outcome IN ('nothing-due', 'opened', 'joined', 'failed', 'held'))`;
