/** Whoever comes by HTTP is written as "token NAME", and a token's name may be as long as any other actor's. */
export const sql = `ALTER TABLE audit_log MODIFY actor VARCHAR(120) NOT NULL`;
