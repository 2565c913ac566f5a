/**
 * What is to be told, written together with the change of its alert and sent after that: one row for each channel.
 * pending → sending → sent | given-up; a lease that runs out offers it again.
 */
export const sql = `CREATE TABLE IF NOT EXISTS alert_messages (
  id              BIGINT NOT NULL AUTO_INCREMENT,
  channel         VARCHAR(270) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state           VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  content         TEXT NOT NULL,
  staged_at       DATETIME(3) NOT NULL,
  next_attempt_at DATETIME(3) NOT NULL,
  lease_until     DATETIME(3) NULL,
  attempts        INT NOT NULL DEFAULT 0,
  last_error      VARCHAR(500) NULL,
  sent_at         DATETIME(3) NULL,
  PRIMARY KEY (id),
  KEY next_of_channel (channel, state, id),
  CONSTRAINT alert_messages_state CHECK (state IN ('pending', 'sending', 'sent', 'given-up'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
