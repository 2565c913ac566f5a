/** Which token brought an event over HTTP: its number, which outlives its end. Null for files, operators and earlier rows. */
export const sql = `ALTER TABLE events ADD COLUMN token_id BIGINT NULL`;
