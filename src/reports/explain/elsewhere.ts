/** What an account lacks and another one has: told by the other's id, and by nothing else of it. */
import { findEmails } from '../../ledger/contacts.ts';
import { type Texts, textsFor } from '../../texts/catalogue.ts';
import { type Answer, type Inquiry, idOf, kindOf } from './answer.ts';
import { type HeldKind, listHolders } from './records-by-id.ts';

/** Accounts that a sentence names. */
const NAMED_MAX = 5;

const SENTENCES = {
  proposal: 'proposalElsewhere',
  interview: 'interviewElsewhere',
  event: 'eventElsewhere',
  notice: 'noticeElsewhere',
} as const satisfies Readonly<Record<HeldKind, keyof Texts['ids']>>;

/** One answer for each kind of thing with that id on other accounts, and on this one not. */
export async function onOtherAccounts(
  inquiry: Inquiry,
  id: string,
  kinds: readonly HeldKind[],
): Promise<Answer[]> {
  const { db, account } = inquiry;
  const holders = await listHolders(db, id);
  const answers: Answer[] = [];
  for (const kind of kinds) {
    const accounts = holders.filter((one) => one.kind === kind).map((one) => one.account);
    if (accounts.length > 0 && !accounts.includes(account.id))
      answers.push(await elsewhere(inquiry, kind, id, accounts));
  }
  return answers;
}

async function elsewhere(
  { db, account, words }: Inquiry,
  kind: HeldKind,
  id: string,
  accounts: readonly string[],
): Promise<Answer> {
  const emails = await findEmails(db, [account.id, ...accounts]);
  const own = emails.get(account.id)?.toLowerCase();
  const named = accounts.slice(0, NAMED_MAX);
  const more = accounts.length - named.length;
  const { ids: say, listed } = words.texts;
  const where =
    accounts.length === 1
      ? say.oneAccount({ account: accounts[0] ?? '' })
      : say.otherAccounts({
          accounts: listed([...named, ...(more > 0 ? [say.moreAccounts({ count: more })] : [])]),
        });
  return {
    subject: `${kind}:${id}`,
    code: 'on-another-account',
    sentence: say[SENTENCES[kind]]({ id, where }),
    evidence: {
      [kind]: id,
      accounts,
      // Whether the same member may be told of both: for whoever sends the answer.
      ofThisAddress: accounts.filter((one) => own !== undefined && emails.get(one)?.toLowerCase() === own),
    },
    rule: null,
    at: null,
    next: null,
  };
}

/** Those accounts that an answer names, and of which nothing says that they are of the same member. */
export function strangersIn({ code, evidence }: Answer): string[] {
  if (code !== 'on-another-account') return [];
  const { accounts = [], ofThisAddress = [] } = evidence as Readonly<Record<string, readonly string[]>>;
  return accounts.filter((one) => !ofThisAddress.includes(one));
}

/**
 * The sentence as a member may read it: without the name of anybody else's account.
 * @param told in which the answer is told
 */
export function sentenceForMember(answer: Answer, told: Pick<Texts, 'ids'>): string {
  if (strangersIn(answer).length === 0) return answer.sentence;
  const { ids: say } = answer.locale === undefined ? told : textsFor(answer.locale);
  const sentence = say[SENTENCES[kindOf(answer.subject) as HeldKind]];
  return sentence({ id: idOf(answer.subject), where: say.someAccount() });
}
