/** Where a sender is killed: every step of a notice's way, from the claim to the mark. */

/** A statement: it is killed before it is sent, while its reply is on the way, or when the reply has come. */
export interface StatementPoint {
  readonly step: string;
  readonly statement: string;
  readonly moment: 'before' | 'sent' | 'answered';
}

/** A moment of the SMTP conversation, as the mail server sees it. */
export const SMTP_STEPS = [
  'connected',
  'mail from',
  'rcpt to',
  'data begins',
  'data ended, 250 not sent',
  '250 sent',
] as const;
export type SmtpStep = (typeof SMTP_STEPS)[number];

/** By the beginnings of the statements, as src/outbox writes them. */
const STATEMENTS: Readonly<Record<string, string>> = {
  'look what is sendable': "SELECT id FROM outbox WHERE state = 'pending'",
  claim: "UPDATE outbox SET state = 'claimed'",
  'look what was claimed': 'SELECT id, account_id AS accountId, kind, ref',
  take: "UPDATE outbox SET state = 'sending'",
  'read addresses': 'SELECT account_id AS id, email FROM contacts',
  mark: "UPDATE outbox SET state = 'sent'",
};

export const STATEMENT_POINTS: readonly StatementPoint[] = Object.entries(STATEMENTS).flatMap(
  ([name, statement]) =>
    (['before', 'sent', 'answered'] as const).map((moment) => ({
      step: `${name}, ${moment}`,
      statement,
      moment,
    })),
);

/** What a sender is told by the prover. */
export interface SenderOrders {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Dies by its own hand at the nth such statement. */
  readonly kill?: StatementPoint & { readonly nth: number };
}
