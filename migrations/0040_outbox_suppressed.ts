/**
 * What a person suppressed, and what it was before: `pending`, or `refused` with the server's words. Null where the program
 * itself did not send it, and of earlier rows.
 */
export const sql = `ALTER TABLE outbox
  ADD COLUMN suppressed_from VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN words_before    VARCHAR(500) NULL`;
