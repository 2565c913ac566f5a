/**
 * Answers that a dispute can stand on: kept as they were given, under a short code that only the holder of the secret
 * can make, and asked again when somebody shows the code.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Database, inTransaction } from '../../db/connection.ts';
import { databaseNow } from '../../db/query.ts';
import { type Instant, formatInstant, parseInstant } from '../../domain/calendar.ts';
import { ConnectsError, invalidInput } from '../../errors.ts';
import { type SignedAnswer, findSignedAnswer, insertSignedAnswer } from '../../ledger/signed-answers.ts';
import type { Answer } from '../../reports/explain/answer.ts';
import { type Explanation, explainAccount } from '../../reports/explain/explain.ts';

export interface SigningDeps {
  readonly db: Database;
  /** Whoever has it can make codes. */
  readonly secret: string;
}

export interface Signature {
  /** `K7QF-2M9D-XX4C`: 60 bits. */
  readonly code: string;
  readonly at: string;
  readonly actor: string;
}

/** Bytes of one answer as JSON. */
export const ANSWER_MAX = 1_048_576;

/**
 * Keeps an answer as it is given.
 * @throws invalid-input `answer-too-large`
 */
export async function signAnswer(
  { db, secret }: SigningDeps,
  explanation: Explanation,
  actor: string,
): Promise<Signature> {
  const answer = JSON.stringify(explanation);
  if (Buffer.byteLength(answer) > ANSWER_MAX)
    throw invalidInput(
      'answer-too-large',
      `this answer is longer than ${ANSWER_MAX} bytes, which is the most that is signed: ask a narrower question`,
    );
  return inTransaction(db, async (transaction) => {
    const at = await databaseNow(transaction);
    const { account } = explanation;
    const code = codeOf(secret, { account, at, actor, answer });
    // The same answer, signed by the same person in the same millisecond, is the same.
    if (!(await findSignedAnswer(transaction, code)))
      await insertSignedAnswer(transaction, { code, account, at, actor, answer });
    return { code, at: formatInstant(at), actor };
  });
}

/** How an answer stands against one that was given. */
export interface Comparison {
  readonly asOf: string;
  readonly same: boolean;
  /** What is told otherwise; null on the side that does not tell it. */
  readonly differences: readonly {
    readonly subject: string;
    readonly code: string;
    readonly given: string | null;
    readonly now: string | null;
  }[];
}

/** That it cannot be told any more how it stood then, and why: a ledger that was changed is one reason. */
export interface Untold {
  readonly asOf: string;
  readonly same: null;
  readonly why: string;
}

export interface Verification {
  readonly signature: Signature;
  /** False where the record, or the secret, is not the one that the code was made with. */
  readonly authentic: boolean;
  /** As it was given. */
  readonly given: Explanation;
  /** Asked again as of then: by what is recorded now of what was written by then. */
  readonly asOfThen: Comparison | Untold;
  readonly today: Comparison;
}

/**
 * Finds the answer that was given under a code, and asks the same again.
 * @throws not-found `unknown-code`
 */
export async function verifyAnswer({ db, secret }: SigningDeps, text: string): Promise<Verification> {
  const code = canonical(text);
  const signed = await findSignedAnswer(db, code);
  if (!signed)
    throw new ConnectsError('not-found', 'unknown-code', `no answer was given under the code ${code}`);
  const given = JSON.parse(signed.answer) as Explanation;
  return {
    signature: { code, at: formatInstant(signed.at), actor: signed.actor },
    authentic: isSame(code, codeOf(secret, signed)),
    given,
    asOfThen: await askedAsOf(db, given, parseInstant(given.asOf) ?? signed.at),
    today: compare(given, await explainAccount(db, given.account, given.question, undefined, given.locale)),
  };
}

async function askedAsOf(db: Database, given: Explanation, asOf: Instant): Promise<Comparison | Untold> {
  try {
    return compare(given, await explainAccount(db, given.account, given.question, asOf, given.locale));
  } catch (error) {
    if (!(error instanceof ConnectsError && error.kind === 'refused')) throw error;
    return { asOf: formatInstant(asOf), same: null, why: error.message };
  }
}

function compare(given: Explanation, now: Explanation): Comparison {
  const before = keyed(given.answers);
  const after = keyed(now.answers);
  const differences = [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const was = before.get(key);
    const is = after.get(key);
    if (was && is && toldBy(was) === toldBy(is)) return [];
    const { subject, code } = (was ?? is) as Answer;
    return [{ subject, code, given: was ? toldBy(was) : null, now: is ? toldBy(is) : null }];
  });
  return { asOf: now.asOf, same: differences.length === 0, differences };
}

/** What a member is told; evidence also says how far a letter has come, which is no part of the answer. */
const toldBy = ({ sentence, next, rule }: Answer): string =>
  [sentence, next, rule?.text].filter((one) => typeof one === 'string').join(' ');

/** By subject and code, and by their order where several have the same. */
function keyed(answers: readonly Answer[]): Map<string, Answer> {
  const found = new Map<string, Answer>();
  for (const one of answers) {
    let nth = 1;
    while (found.has(keyOf(one, nth))) nth += 1;
    found.set(keyOf(one, nth), one);
  }
  return found;
}

const keyOf = ({ subject, code }: Answer, nth: number): string => `${subject} ${code} ${nth}`;

// --------------------------------------------------------------------------------------------------- codes

/** Crockford's: no I, L, O, U, so that a code can be read out. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_DIGITS = 12;
const GROUP = 4;

function codeOf(secret: string, { account, at, actor, answer }: Omit<SignedAnswer, 'code'>): string {
  const text = ['answer', account, formatInstant(at), actor, answer].join('\n');
  const digest = createHmac('sha256', secret).update(text).digest();
  let bits = digest.readBigUInt64BE(0);
  let code = '';
  while (code.length < CODE_DIGITS) {
    code = `${DIGITS[Number(bits & 31n)] ?? ''}${code}`;
    bits >>= 5n;
  }
  return grouped(code);
}

const grouped = (code: string): string => code.replaceAll(new RegExp(`(.{${GROUP}})(?=.)`, 'g'), '$1-');

/** As it may be typed: in any case, with or without dashes, O for 0, I and L for 1. */
const canonical = (text: string): string =>
  grouped(text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1'));

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

/** Whether a text can be a code at all. */
export const isCode = (text: string): boolean => {
  const code = canonical(text).replaceAll('-', '');
  return code.length === CODE_DIGITS && code.split('').every((one) => DIGITS.includes(one));
};
