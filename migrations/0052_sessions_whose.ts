/** All sessions of one user end together: when a password changes, and when the user is disabled. */
export const sql = `ALTER TABLE sessions ADD KEY whose (user_id)`;
