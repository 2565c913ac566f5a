/** Who has this address: a member who writes gives it, and seldom knows an id. */
export const sql = `ALTER TABLE contacts ADD INDEX of_email (email)`;
