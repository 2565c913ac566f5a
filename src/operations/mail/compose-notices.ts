/**
 * From staged notices to letters. A notice holds its kind and what it is about; its text is made when it is sent, from
 * the ledger, so that an address that has changed, or data that was erased meanwhile, is honoured. A page of notices
 * is read together: a handful of statements, however many they are.
 */
import { createHash } from 'node:crypto';
import type { Queryable } from '../../db/query.ts';
import { isOptional } from '../../domain/notice-kinds.ts';
import type { Letter } from '../../notices/mailer.ts';
import { renderNotice } from '../../notices/notice.ts';
import type { Message } from '../../notices/page.ts';
import type { Notice } from '../../outbox/outbox.ts';
import { factsOf } from './notice-facts.ts';
import { type ContextSettings, contextOf } from './notice-context.ts';
import { NO_ADDRESS, OPTED_OUT_SINCE } from './unsent-words.ts';
import { type Ground, readGround, readRunsBegun } from './notice-ground.ts';

export interface ComposeSettings extends ContextSettings {
  readonly mailFrom: { readonly address: string };
}

/** There is nothing to tell any more, or nobody to tell it to. */
export interface Unsent {
  readonly unsent: string;
}

/** Makes a letter of one of the notices that it was read for, or says why there is none. */
export type Composer = (notice: Notice) => Letter | Unsent;

/** Reads what a page of notices tells of. Each is rendered when its turn comes: a page of texts is megabytes. */
export async function openComposer(
  deps: { readonly db: Queryable; readonly settings: ComposeSettings },
  notices: readonly Notice[],
): Promise<Composer> {
  const ground = await readGround(deps.db, notices);
  return (notice) => letterOf(notice, ground, deps.settings);
}

/**
 * The message as it would be sent now, to be looked at; also for an account that has no address. What leads to the
 * member's page in it leads nowhere: whoever may look at letters may not therefore make such a link.
 */
export async function composeMessage(
  deps: { readonly db: Queryable; readonly settings: ComposeSettings },
  notice: Notice,
): Promise<Message | Unsent> {
  const ground = await readGround(deps.db, [notice]);
  const made = madeOf(notice, ground, { ...deps.settings, forLooking: true });
  return 'unsent' in made ? made : made.message;
}

function letterOf(notice: Notice, ground: Ground, settings: ComposeSettings): Letter | Unsent {
  const to = ground.emails.get(notice.accountId);
  if (to === undefined) return { unsent: NO_ADDRESS };
  if (isOptional(notice.kind) && ground.accounts.get(notice.accountId)?.noticesOptedOut)
    return { unsent: OPTED_OUT_SINCE };
  const made = madeOf(notice, ground, settings);
  if ('unsent' in made) return made;
  const { message, preferencesUrl } = made;
  const unsubscribeUrl = isOptional(notice.kind) ? preferencesUrl : undefined;
  return { ...message, to, messageId: messageIdOf(notice, ground, settings), unsubscribeUrl };
}

interface Made {
  readonly message: Message;
  readonly preferencesUrl: string | undefined;
}

function madeOf(
  notice: Notice,
  ground: Ground,
  settings: ContextSettings & { readonly forLooking?: true },
): Made | Unsent {
  const account = ground.accounts.get(notice.accountId);
  if (!account) return { unsent: 'the account is not in the database' };
  const told = factsOf(notice, account, ground);
  if (typeof told === 'string') return { unsent: told };
  const context = { ...contextOf(account, ground, settings), late: told.late };
  return { message: renderNotice(told.facts, context), preferencesUrl: context.preferencesUrl };
}

/**
 * The same for every attempt, and in every database that knows of this notice: it is made of what the letter tells, not
 * of the number that the outbox gave it, which a restored backup or a failover gives away once more.
 */
function messageIdOf(
  { accountId, kind, ref, runId }: Notice,
  { begunAt }: Pick<Ground, 'begunAt'>,
  { mailFrom }: Pick<ComposeSettings, 'mailFrom'>,
): string {
  // So is the number of a run: where it is all that tells two letters apart, its beginning is looked at too.
  const begun = runId === null ? undefined : begunAt.get(runId);
  const told = [accountId, kind, ref, ...(begun === undefined ? [] : [begun])];
  const hash = createHash('sha256').update(told.join('\n')).digest('hex').slice(0, 32);
  return `<${kind}-${hash}.${accountId}@${mailFrom.address.split('@')[1] ?? 'localhost'}>`;
}

/** Under which the letter of each of these notices is sent, or was. */
export async function findMessageIds(
  { db, settings }: { readonly db: Queryable; readonly settings: Pick<ComposeSettings, 'mailFrom'> },
  notices: readonly Notice[],
): Promise<(notice: Notice) => string> {
  const begunAt = await readRunsBegun(db, notices);
  return (notice) => messageIdOf(notice, { begunAt }, settings);
}
