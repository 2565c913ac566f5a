/** Whom a question is about: by the account's id, or by the address that a member writes from. */
import type { Queryable } from '../db/query.ts';
import { type LocalDate, isKnownZone, localDateOf } from '../domain/calendar.ts';
import { ConnectsError, invalidInput } from '../errors.ts';
import { type Addressee, listByEmail } from '../ledger/contacts.ts';
import { dayWords, planTitle } from './member-words.ts';

/** Accounts of one address that are told apart. */
export const NAMESAKES_MAX = 20;

/** No id has one, every address has. */
export const isAddress = (asked: string): boolean => asked.includes('@');

/**
 * The id of the one account that is asked about. An id is given back as it is, whether or not there is such an account.
 * @param asked an account's id, or a whole address, whatever its case
 * @throws not-found `unknown-address`; invalid-input `several-accounts`, which lists them
 */
export async function accountAsked(db: Queryable, asked: string): Promise<string> {
  if (!isAddress(asked)) return asked;
  const [first, ...others] = await namesakes(db, asked);
  if (first && others.length === 0) return first.account;
  throw severalAccounts(asked, first ? [first, ...others] : []);
}

/**
 * All accounts of an address, by id; at least one, and one more than `NAMESAKES_MAX` at the most.
 * @throws not-found `unknown-address`
 */
export async function namesakes(db: Queryable, address: string): Promise<readonly Addressee[]> {
  const found = await listByEmail(db, address, NAMESAKES_MAX + 1);
  if (found.length > 0) return found;
  throw new ConnectsError(
    'not-found',
    'unknown-address',
    `no account has the address ${address} (looked for whole, whatever its case; an address that was changed or ` +
      'erased is not kept)',
  );
}

function severalAccounts(address: string, found: readonly Addressee[]): ConnectsError {
  const lines = found.slice(0, NAMESAKES_MAX).map((one) => `  ${addresseeWords(one)}`);
  const [count, more] =
    found.length > NAMESAKES_MAX
      ? [`more than ${NAMESAKES_MAX}`, ['  … and more']]
      : [String(found.length), []];
  return invalidInput(
    'several-accounts',
    [`${count} accounts have the address ${address}: ask for one by its id`, ...lines, ...more].join('\n'),
  );
}

/** `c22a: Freelancer Plus, active, here since 16 March 2021`. */
export const addresseeWords = (one: Addressee): string =>
  `${one.account}: ${planTitle(one.plan)}, ${one.status}, here since ${dayWords(sinceOn(one))}`;

const sinceOn = ({ trackedFrom, zone }: Addressee): LocalDate =>
  localDateOf(trackedFrom, isKnownZone(zone) ? zone : 'UTC');
