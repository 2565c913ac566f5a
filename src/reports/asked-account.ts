/** Whom a question is about: by the account's id, or by the address that a member writes from. */
import type { Queryable } from '../db/query.ts';
import { type LocalDate, isKnownZone, localDateOf } from '../domain/calendar.ts';
import { ConnectsError, invalidInput } from '../errors.ts';
import { type Addressee, listByEmail } from '../ledger/contacts.ts';
import { listHolders } from './explain/records-by-id.ts';
import { dayWords, listed, planTitle } from './member-words.ts';

/** Accounts of one address that are told apart. */
export const NAMESAKES_MAX = 20;

/** No id has one, every address has. */
export const isAddress = (asked: string): boolean => asked.includes('@');

/**
 * The one account that an id leads to, where no account is named.
 * @param about the id of a proposal, an interview request, an event or an email, or a subject that names one
 * @throws not-found `unknown-id`; invalid-input `several-accounts`
 */
export async function accountOf(db: Queryable, about: string): Promise<string> {
  const id = about.slice(about.indexOf(':') + 1);
  const holders = (await listHolders(db, id)).map((one) => one.account);
  const found = [...new Set(holders)].toSorted();
  const [first, ...others] = found;
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined)
    throw invalidInput('several-accounts', `${id} is known on ${listed(found)}: name one of them`);
  throw new ConnectsError(
    'not-found',
    'unknown-id',
    `no account has a proposal, an interview request, an event or an email ${id}. A date, a run and a line of a ` +
      'history belong to no account by themselves: name the account',
  );
}

/**
 * The id of the one account that is asked about. An id is given back as it is, whether or not there is such an account.
 * @param asked an account's id, or a whole address, whatever its case
 * @param about what is asked about it: of several accounts of an address, the one that has it is meant
 * @throws not-found `unknown-address`; invalid-input `several-accounts`, which lists them
 */
export async function accountAsked(db: Queryable, asked: string, about?: string): Promise<string> {
  if (!isAddress(asked)) return asked;
  const found = await namesakes(db, asked);
  const [first, ...others] = found;
  if (first && others.length === 0) return first.account;
  const meant = about === undefined ? undefined : await meantBy(db, found, about);
  if (meant !== undefined) return meant;
  throw severalAccounts(asked, found);
}

/** The one of these that has what is asked about. */
async function meantBy(
  db: Queryable,
  found: readonly Addressee[],
  about: string,
): Promise<string | undefined> {
  const id = about.slice(about.indexOf(':') + 1);
  const holders = new Set((await listHolders(db, id)).map((one) => one.account));
  const [meant, ...others] = found.filter((one) => holders.has(one.account));
  return others.length === 0 ? meant?.account : undefined;
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
const addresseeWords = (one: Addressee): string =>
  `${one.account}: ${planTitle(one.plan)}, ${one.status}, here since ${dayWords(sinceOn(one))}`;

/** The day since when it is here, by its own zone. */
export const sinceOn = ({ trackedFrom, zone }: Pick<Addressee, 'trackedFrom' | 'zone'>): LocalDate =>
  localDateOf(trackedFrom, isKnownZone(zone) ? zone : 'UTC');
