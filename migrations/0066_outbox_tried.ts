/**
 * Whether a message had been tried before somebody had it sent again, with its attempts before it: then a mail program
 * may know its Message-ID. Of those sent again before this was kept, nothing says so.
 */
export const sql = `ALTER TABLE outbox ADD COLUMN tried_before TINYINT NOT NULL DEFAULT 0`;
