/** A letter as its member gets it: subject, HTML, text and the lines of its head. Nothing is sent. */
import type { Queryable } from '../../db/query.ts';
import { mailOf } from '../../notices/mailer.ts';
import { rawMessageOf } from '../../notices/mime.ts';
import type { Message } from '../../notices/page.ts';
import type { Notice } from '../../outbox/outbox.ts';
import {
  type ComposeSettings,
  type Unsent,
  composeMessage,
  findMessageIds,
  openComposer,
} from './compose-notices.ts';

interface Deps {
  readonly db: Queryable;
  readonly settings: ComposeSettings & {
    readonly mailFrom: { readonly name: string; readonly address: string };
  };
}

export interface LetterShown {
  /** As it would be sent now; of an account without an address, too. */
  readonly message: Message | Unsent;
  readonly messageId: string;
  /** Why it would not be sent now; null where it would be. */
  readonly unsent: string | null;
  /** The head of the message, the address of the member left out but for its ends; null where it would not be sent. */
  readonly head: readonly string[] | null;
}

export async function showLetter(deps: Deps, notice: Notice): Promise<LetterShown> {
  const message = await composeMessage(deps, notice);
  const messageId = (await findMessageIds(deps, [notice]))(notice);
  const letter = (await openComposer(deps, [notice]))(notice);
  if ('unsent' in letter) return { message, messageId, unsent: letter.unsent, head: null };
  const raw = rawMessageOf(mailOf({ from: deps.settings.mailFrom }, { ...letter, to: masked(letter.to) }));
  return { message, messageId, unsent: null, head: headOf(raw.toString()) };
}

/** Lines of a head, those that were folded made whole again. */
const headOf = (raw: string): string[] =>
  raw
    .slice(0, raw.indexOf('\r\n\r\n'))
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n');

/** `j…e@example.org`: enough to tell whether it is the one that a member writes from. */
export const masked = (address: string): string => {
  const at = address.lastIndexOf('@');
  const first = address.slice(0, 1);
  const last = at > 1 ? address.slice(at - 1, at) : '';
  return `${first}…${last}${address.slice(at)}`;
};

/** What each of these says in its subject; undefined of one that would not be sent now, or tells of nothing any more. */
export async function subjectsOf(
  deps: Deps,
  notices: readonly Notice[],
): Promise<ReadonlyMap<number, string>> {
  const compose = await openComposer(deps, notices);
  return new Map(
    notices.flatMap((notice) => {
      const letter = compose(notice);
      return 'unsent' in letter ? [] : [[notice.id, letter.subject] as const];
    }),
  );
}
