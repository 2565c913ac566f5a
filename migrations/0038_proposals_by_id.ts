/** On which account a proposal is, for whoever asks the wrong one. */
export const sql = `ALTER TABLE proposals ADD INDEX of_proposal (proposal)`;
