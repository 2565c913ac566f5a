/** The fields that events, accounts and scenarios are made of. Each says what it expected, so that a fault can. */
import { z } from 'zod';
import { type Instant, isKnownZone, isLocalDate, parseInstant } from '../calendar.ts';
import { AMOUNT_MAX, type Fault } from '../terms.ts';

/** What a known account may hold at its take-over; far above any balance, well inside a database integer. */
export const OPENING_BALANCE_MAX = 1_000_000_000;
export const EMAIL_LENGTH_MAX = 254;
export const REASON_LENGTH_MAX = 500;
export const LOCALE_LENGTH_MAX = 35;

const expected = (what: string) => ({ error: `expected ${what}` });
const idPattern = (lengthMax: number) => new RegExp(`^[A-Za-z0-9._-]{1,${lengthMax}}$`);
const idOf = (lengthMax: number) =>
  z
    .string(expected(`1 to ${lengthMax} of A-Z a-z 0-9 . _ -`))
    .regex(idPattern(lengthMax), expected(`1 to ${lengthMax} of A-Z a-z 0-9 . _ -`));

const ACCOUNT_ID_MAX = 64;
const FACT_ID_MAX = 100;
export const accountIdField = idOf(ACCOUNT_ID_MAX);
/** Events, proposals and interviews. */
export const factIdField = idOf(FACT_ID_MAX);

export const amountField = z
  .int(expected(`a whole number from 1 to ${AMOUNT_MAX}`))
  .min(1, expected(`a whole number from 1 to ${AMOUNT_MAX}`))
  .max(AMOUNT_MAX, expected(`a whole number from 1 to ${AMOUNT_MAX}`));

const signedWhat = expected(`a whole number from -${AMOUNT_MAX} to ${AMOUNT_MAX}, not 0`);
export const signedAmountField = z
  .int(signedWhat)
  .min(-AMOUNT_MAX, signedWhat)
  .max(AMOUNT_MAX, signedWhat)
  .refine((amount) => amount !== 0, signedWhat);

const balanceWhat = expected(`a whole number from 0 to ${OPENING_BALANCE_MAX}`);
export const openingBalanceField = z
  .int(balanceWhat)
  .min(0, balanceWhat)
  .max(OPENING_BALANCE_MAX, balanceWhat);

const instantWhat = expected('an instant such as 2021-03-16T09:00:00Z, with Z or an offset, in 1900 to 2999');

/** Text in, milliseconds out. */
export const instantField = z
  .string(instantWhat)
  .meta({ format: 'date-time' })
  .transform((text): Instant => parseInstant(text) ?? Number.NaN)
  .refine((at) => !Number.isNaN(at), instantWhat);

const dateWhat = expected('a date that exists, YYYY-MM-DD');
export const localDateField = z.string(dateWhat).meta({ format: 'date' }).refine(isLocalDate, dateWhat);

const zoneWhat = expected('a known IANA time zone such as Europe/Berlin');
export const zoneField = z.string(zoneWhat).refine(isKnownZone, zoneWhat);

const localeWhat = expected(
  `a language as a BCP 47 tag of at most ${LOCALE_LENGTH_MAX} characters, such as es or es-MX`,
);
/** A tag in, its canonical form out: `ES-mx` → `es-MX`. Any language: texts fall back where there are none in it. */
export const localeField = z
  .string(localeWhat)
  .transform(canonicalLocale)
  .refine((tag) => tag.length > 0 && tag.length <= LOCALE_LENGTH_MAX, localeWhat);

/** Empty for what is no tag. */
function canonicalLocale(tag: string): string {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? '';
  } catch {
    return '';
  }
}

/** The HTML standard's grammar of one address: no list, no display name, no comment, no line break. */
const ADDRESS =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;
const emailWhat = expected(`one email address of at most ${EMAIL_LENGTH_MAX} characters`);
export const emailField = z
  .string(emailWhat)
  .max(EMAIL_LENGTH_MAX, emailWhat)
  .superRefine((text, context) => {
    const what = faultOfEmail(text);
    if (what !== undefined) context.addIssue(`expected ${what}`);
  });

/** What an address would have to be; undefined when it is one. */
function faultOfEmail(text: string): string | undefined {
  if (/[^\p{ASCII}]/u.test(text))
    return 'an email address in ASCII: a domain such as bücher.example is written xn--bcher-kva.example';
  // The standard's grammar lets them be; mail servers (RFC 5321) do not.
  if (/^\.|\.@/.test(text)) return 'an email address without a dot at the beginning or before the @';
  return ADDRESS.test(text) ? undefined : `one email address of at most ${EMAIL_LENGTH_MAX} characters`;
}

const reasonWhat = expected(`a text of 1 to ${REASON_LENGTH_MAX} characters`);
/** Half a character, as JSON can escape one, could not be stored as it is. */
const HALF_CHARACTER = /\p{Surrogate}/u;
export const reasonField = z
  .string(reasonWhat)
  .min(1, reasonWhat)
  .max(REASON_LENGTH_MAX, reasonWhat)
  .refine((text) => !HALF_CHARACTER.test(text), reasonWhat);

/** A field's value as its schema has it; undefined where it has to be asked, because the value may be wrong. */
export type QuickField = (value: unknown) => string | number | undefined;

const quickId = (lengthMax: number): QuickField => {
  const pattern = idPattern(lengthMax);
  return (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined);
};

/**
 * The fields that most events are made of, read by hand: a schema takes several times as long, for each line of a file
 * twice.
 */
export const quickFields: ReadonlyMap<unknown, QuickField> = new Map<unknown, QuickField>([
  [accountIdField, quickId(ACCOUNT_ID_MAX)],
  [factIdField, quickId(FACT_ID_MAX)],
  [instantField, (value) => (typeof value === 'string' ? parseInstant(value) : undefined)],
  [
    amountField,
    (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= AMOUNT_MAX
        ? value
        : undefined,
  ],
]);

export const choiceField = <const T extends readonly [string, ...string[]]>(choices: T) =>
  z.enum(choices, expected(`one of ${choices.join(', ')}`));

/** Every fault of a failed parse, each at its path (`events.3.amount`); none when it succeeded. */
export function faultsIn(parsed: { readonly error?: z.ZodError | undefined }, ...under: string[]): Fault[] {
  const faults = (parsed.error?.issues ?? []).map((issue) => ({
    where: [...under, ...issue.path].join('.') || '(all)',
    what: issue.message,
  }));
  return faults.filter(
    (fault, index) =>
      faults.findIndex((other) => other.where === fault.where && other.what === fault.what) === index,
  );
}

export const isRecord = (input: unknown): input is Record<string, unknown> =>
  typeof input === 'object' && input !== null && !Array.isArray(input);
