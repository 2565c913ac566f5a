/** SQL of `signed_answers`: answers as they were given, under the code that was given with them. */
import { type Queryable, insertRows, selectOne, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';

export interface SignedAnswer {
  readonly code: string;
  readonly account: string;
  readonly at: Instant;
  readonly actor: string;
  /** The answer as JSON, to the byte. */
  readonly answer: string;
}

export async function insertSignedAnswer(db: Queryable, signed: SignedAnswer): Promise<void> {
  const { code, account, at, actor, answer } = signed;
  await insertRows(
    db,
    'signed_answers',
    ['code', 'account_id', 'at', 'actor', 'answer'],
    [[code, account, toDate(at), actor, answer]],
  );
}

export async function findSignedAnswer(db: Queryable, code: string): Promise<SignedAnswer | undefined> {
  const row = await selectOne<Omit<SignedAnswer, 'at'> & { at: Date }>(
    db,
    'SELECT code, account_id AS account, at, actor, answer FROM signed_answers WHERE code = ?',
    [code],
  );
  return row && { ...row, at: row.at.getTime() };
}
