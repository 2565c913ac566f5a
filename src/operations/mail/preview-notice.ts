/** What an email would say: with made-up facts, or with those of an account. Nothing is staged and nothing is sent. */
import type { Queryable } from '../../db/query.ts';
import type { Account } from '../../domain/account.ts';
import { forecast } from '../../domain/simulation/forecast.ts';
import { type NoticeKind, toldSubjects } from '../../domain/notice-kinds.ts';
import { builtInTerms } from '../../domain/terms.ts';
import { ConnectsError } from '../../errors.ts';
import { findAccount } from '../../ledger/accounts.ts';
import { findLocales } from '../../ledger/contacts.ts';
import { findRevocationsOf } from '../../ledger/member-links.ts';
import { findLatestTerms } from '../../ledger/terms-versions.ts';
import { findLatestSubject } from '../../ledger/told.ts';
import { renderNotice } from '../../notices/notice.ts';
import type { Message } from '../../notices/page.ts';
import { sampleOf } from '../../notices/samples.ts';
import { listNotices } from '../../outbox/listing.ts';
import type { Notice } from '../../outbox/outbox.ts';
import { type ComposeSettings, composeMessage } from './compose-notices.ts';
import { contextOf, lookedAtPage, preferencesOf } from './notice-context.ts';

interface Deps {
  readonly db: Queryable;
  readonly settings: ComposeSettings;
}

/** Without any server. @param locale BCP 47 */
export function previewSample(
  kind: NoticeKind,
  settings: PreviewSettings,
  locale: string | null = null,
): Message {
  const { facts, context } = sampleOf(kind);
  return renderNotice(facts, {
    ...context,
    locale,
    preferencesUrl: preferencesOf(settings, 'sample'),
    ownPage: lookedAtPage(settings.letterPagesUrl, context.today),
    contact: settings.mailContact,
  });
}

type PreviewSettings = Pick<
  ComposeSettings,
  'preferencesUrl' | 'preferencesSecret' | 'letterPagesUrl' | 'mailContact'
>;

/**
 * The latest notice of this kind on the account, staged or not; for `grant` and `reminder` else the one that the next
 * cycle would bring if nothing changed before.
 * @throws not-found when there is nothing of this kind to tell
 */
export async function previewForAccount(deps: Deps, kind: NoticeKind, accountId: string): Promise<Message> {
  const row = await findAccount(deps.db, accountId);
  if (!row) throw new ConnectsError('not-found', 'unknown-account', `there is no account ${accountId}`);
  const notice = await latestNotice(deps, kind, row.account);
  if (!notice) return previewNextGrant(deps, kind, row.account);
  const message = await composeMessage(deps, notice);
  if ('unsent' in message) throw nothingToTell(kind, accountId, message.unsent);
  return message;
}

async function latestNotice(
  { db }: Deps,
  kind: NoticeKind,
  { id: accountId, nextCycleOn }: Account,
): Promise<Notice | undefined> {
  const unsaved = { id: 0, accountId, kind, runId: null, attempts: 0 };
  if (kind === 'reminder')
    return { ...unsaved, ref: `cycle:${nextCycleOn}`, firstCycleOn: nextCycleOn, lastCycleOn: nextCycleOn };
  const [staged] = await listNotices(db, { accountId, kind }, { limit: 1 });
  if (staged) return staged;
  const told = toldSubjects(kind);
  const ref = told && (await findLatestSubject(db, accountId, told));
  return ref === undefined ? undefined : { ...unsaved, ref, firstCycleOn: null, lastCycleOn: null };
}

async function previewNextGrant(
  { db, settings }: Deps,
  kind: NoticeKind,
  account: Account,
): Promise<Message> {
  const terms = (await findLatestTerms(db))?.terms ?? builtInTerms;
  const [next, after] = kind === 'grant' ? forecast(account, terms, 2) : [];
  if (!next || next.closing === next.opening) throw nothingToTell(kind, account.id, 'there has been none');
  const context = contextOf(
    account,
    {
      now: next.startsAt,
      terms,
      locales: await findLocales(db, [account.id]),
      revocations: await findRevocationsOf(db, [account.id]),
    },
    { ...settings, forLooking: true },
  );
  const amount = after ? after.free + after.paid - after.recovered : 0;
  return renderNotice(
    { kind: 'grant', cycles: [next] },
    { ...context, balance: next.closing, next: { on: next.nextOn, amount } },
  );
}

const nothingToTell = (kind: NoticeKind, accountId: string, why: string): Error =>
  new ConnectsError('not-found', 'nothing-to-tell', `no ${kind} notice for ${accountId}: ${why}`);
