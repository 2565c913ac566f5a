/** On which account an interview request is, for whoever asks the wrong one. */
export const sql = `ALTER TABLE interviews ADD INDEX of_interview (interview)`;
