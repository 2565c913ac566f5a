/**
 * A one-time link by which somebody signs in who has no password yet, or lost it: its hash, what it is for, and until
 * when; and when a user last signed in. Who has never set a password has an empty hash of one.
 */
export const sql = `ALTER TABLE users
  ADD COLUMN link_hash       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN link_kind       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN link_expires_at DATETIME(3) NULL,
  ADD COLUMN signed_in_at    DATETIME(3) NULL,
  ADD UNIQUE KEY one_link (link_hash),
  ADD CONSTRAINT users_link CHECK (link_hash IS NULL OR (link_kind IN ('password', 'sign-in') AND link_expires_at IS NOT NULL))`;
