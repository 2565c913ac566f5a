/** In which language a member is written to: a BCP 47 tag; null where none was told. */
export const sql = `ALTER TABLE contacts
  ADD COLUMN locale VARCHAR(35) CHARACTER SET ascii COLLATE ascii_bin NULL`;
