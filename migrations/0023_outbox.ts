/**
 * Messages to members, staged in the transaction that causes them. A row holds kind and ids; its text is rendered
 * when it is sent. pending → claimed → sending → sent | refused | held | too-old; a lease that runs out returns it.
 */
export const sql = `CREATE TABLE IF NOT EXISTS outbox (
  id              BIGINT NOT NULL AUTO_INCREMENT,
  account_id      VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind            VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  ref             VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state           VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  first_cycle_on  DATE NULL,
  last_cycle_on   DATE NULL,
  run_id          BIGINT NULL,
  staged_at       DATETIME(3) NOT NULL,
  next_attempt_at DATETIME(3) NOT NULL,
  lease_until     DATETIME(3) NULL,
  attempts        INT NOT NULL DEFAULT 0,
  last_error      VARCHAR(500) NULL,
  sent_at         DATETIME(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY once (account_id, kind, ref),
  KEY sendable (state, next_attempt_at, id),
  KEY of_run (run_id, state),
  CONSTRAINT outbox_kind CHECK
    (kind IN ('grant', 'welcome', 'readiness-test', 'interview-award', 'upgrade', 'payment-failed', 'backfill',
              'reversal', 'reminder')),
  CONSTRAINT outbox_state CHECK
    (state IN ('pending', 'claimed', 'sending', 'sent', 'refused', 'held', 'too-old', 'suppressed'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
