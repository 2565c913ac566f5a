/** What a run over some of the accounts was asked for, as JSON; null of a run over everybody who is due. */
export const sql = `ALTER TABLE runs ADD COLUMN asked TEXT NULL`;
