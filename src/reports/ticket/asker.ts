/** Who wrote: the accounts that a reply may speak of, and what else the text names. */
import type { Queryable } from '../../db/query.ts';
import { invalidInput } from '../../errors.ts';
import { findAccountIds } from '../../ledger/accounts.ts';
import { findEmails, listByEmail } from '../../ledger/contacts.ts';
import { namesakes } from '../asked-account.ts';
import { type Holder, listHolders } from '../explain/records-by-id.ts';
import type { TextRead, Word } from './read-text.ts';
import { listed } from '../member-words.ts';

/** Accounts that one reply speaks of. */
export const ACCOUNTS_MAX = 5;

/** A word of the text that is an id here. */
export interface KnownWord extends Word {
  readonly isAccount: boolean;
  readonly holders: readonly Holder[];
}

export interface Asker {
  /** All of one member: of one address, or a single one. Empty where the text names none. */
  readonly accounts: readonly string[];
  readonly known: readonly KnownWord[];
  /** What had to be said about who is meant. */
  readonly notes: readonly string[];
  /** What looks like an id or an address, and is none here. */
  readonly unknown: readonly string[];
}

export interface Given {
  readonly account?: string | undefined;
  readonly email?: string | undefined;
}

/**
 * Whoever was given by name; else whose address the text holds; else the first account that it names; else the one that
 * has what it names.
 * @throws not-found `unknown-address`, of one that was given by name
 */
export async function findAsker(db: Queryable, read: TextRead, given: Given): Promise<Asker> {
  const known = await lookUp(db, read.words);
  const addresses: string[] = [];
  for (const { text } of read.emails) if ((await listByEmail(db, text, 1)).length > 0) addresses.push(text);
  const strange = [
    ...read.emails.filter(({ text }) => !addresses.includes(text)),
    ...read.words.filter(({ at }) => !known.some((one) => one.at === at)),
  ];
  const first = given.account ?? (given.email === undefined ? undefined : await firstOf(db, given.email));
  const rivals = first === undefined && addresses.length === 0 ? await severalMembers(db, known) : [];
  const unknown = strange.map((one) => one.text);
  if (rivals.length > 0)
    return {
      accounts: [],
      known,
      notes: [
        `Accounts ${listed(rivals)} are named, of different addresses: say by --account whose message it is.`,
      ],
      unknown,
    };
  const meant = first ?? (addresses[0] === undefined ? byIds(known) : await firstOf(db, addresses[0]));
  if (meant === undefined) return { accounts: [], known, notes: [], unknown };
  const byAddress = given.account === undefined && (given.email !== undefined || addresses.length > 0);
  const { accounts, notes } = await ofOneMember(db, meant, known, byAddress);
  const others = first === undefined ? addresses.slice(1) : [];
  const ofOthers = others.map(
    (one) => `${one} is named too: of the accounts of that address nothing is in the reply.`,
  );
  return { known, unknown, accounts, notes: [...notes, ...ofOthers] };
}

const firstOf = async (db: Queryable, address: string): Promise<string> =>
  ((await namesakes(db, address))[0] as { account: string }).account;

async function lookUp(db: Queryable, words: readonly Word[]): Promise<KnownWord[]> {
  const accounts = await findAccountIds(
    db,
    words.map((one) => one.text).filter((one) => one.length <= 64),
  );
  const known: KnownWord[] = [];
  for (const word of words) {
    // A number by itself may be an amount: only what other systems called so is meant.
    const holders = (await listHolders(db, word.text)).filter((one) => one.kind !== 'notice');
    const isAccount = accounts.has(word.text);
    if (isAccount || holders.length > 0) known.push({ ...word, isAccount, holders });
  }
  return known;
}

/** Accounts of which the text does not say which is the writer's: none or several are called so, of several members. */
async function severalMembers(db: Queryable, known: readonly KnownWord[]): Promise<string[]> {
  const all = known.filter((one) => one.isAccount);
  const led = all.filter((one) => one.isLed);
  const named = (led.length > 0 ? led : all).map((one) => one.text);
  if (named.length < 2) return [];
  const emails = await findEmails(db, named);
  const members = new Set(named.map((one) => emails.get(one)?.toLowerCase() ?? one));
  return members.size > 1 ? named : [];
}

/** @returns undefined where nothing, or several accounts have what is named */
function byIds(known: readonly KnownWord[]): string | undefined {
  const account = known.find((one) => one.isAccount && one.isLed) ?? known.find((one) => one.isAccount);
  if (account) return account.text;
  const holders = new Set(known.flatMap((one) => one.holders.map(({ account: holder }) => holder)));
  return holders.size === 1 ? [...holders][0] : undefined;
}

/** Those of the same address that the text names, or all of them where it was the address that led there. */
async function ofOneMember(
  db: Queryable,
  meant: string,
  known: readonly KnownWord[],
  byAddress: boolean,
): Promise<Pick<Asker, 'accounts' | 'notes'>> {
  const address = (await findEmails(db, [meant])).get(meant);
  const same = address === undefined ? [] : await listByEmail(db, address, ACCOUNTS_MAX + 1);
  const own = new Set(same.map((one) => one.account));
  const named = known.filter((one) => one.isAccount && one.text !== meant).map((one) => one.text);
  const others = byAddress ? [...own].filter((one) => one !== meant) : named.filter((one) => own.has(one));
  const notes = named
    .filter((one) => !own.has(one))
    .map(
      (one) =>
        `Account ${one} is named too, and is not of the same address: nothing of it is in the reply. Ask about it by itself.`,
    );
  const accounts = [meant, ...others];
  if (accounts.length > ACCOUNTS_MAX)
    notes.push(`The address has more than ${ACCOUNTS_MAX} accounts: ${ACCOUNTS_MAX} are told.`);
  return { accounts: accounts.slice(0, ACCOUNTS_MAX), notes };
}

/** @throws invalid-input `nobody-named` where there is nobody and nothing to tell of */
export function requireSomething({ accounts, notes }: Asker, topics: readonly unknown[]): void {
  if (accounts.length + topics.length > 0) return;
  if (notes.length > 0) throw invalidInput('nobody-named', notes.join(' '));
  throw invalidInput(
    'nobody-named',
    'the text names no account, no address and nothing that an account has, and asks about no rule: give --account or ' +
      '--email',
  );
}
