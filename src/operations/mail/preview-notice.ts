/** What an email would say: with made-up facts, or with those of an account. Nothing is staged and nothing is sent. */
import type { Queryable } from '../../db/query.ts';
import type { Account } from '../../domain/account.ts';
import { forecast } from '../../domain/simulation/forecast.ts';
import { type NoticeKind, toldSubjects } from '../../domain/notice-kinds.ts';
import { builtInTerms } from '../../domain/terms.ts';
import { ConnectsError } from '../../errors.ts';
import { findAccount } from '../../ledger/accounts.ts';
import { findLatestTerms } from '../../ledger/terms-versions.ts';
import { findLatestSubject } from '../../ledger/told.ts';
import { renderNotice } from '../../notices/notice.ts';
import type { Message } from '../../notices/page.ts';
import { sampleOf } from '../../notices/samples.ts';
import { listNotices } from '../../outbox/listing.ts';
import type { Notice } from '../../outbox/outbox.ts';
import { type ComposeSettings, composeMessage, preferencesOf } from './compose-notices.ts';

interface Deps {
  readonly db: Queryable;
  readonly settings: ComposeSettings;
}

/** Without any server. */
export function previewSample(kind: NoticeKind, settings: Parameters<typeof preferencesOf>[0]): Message {
  const { facts, context } = sampleOf(kind);
  return renderNotice(facts, { ...context, preferencesUrl: preferencesOf(settings, 'sample') });
}

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
  const [next] = kind === 'grant' ? forecast(account, terms, 1) : [];
  if (!next || next.closing === next.opening) throw nothingToTell(kind, account.id, 'there has been none');
  return renderNotice(
    { kind: 'grant', cycles: [next] },
    {
      account: account.id,
      zone: account.zone,
      nextCycleOn: next.nextOn,
      preferencesUrl: preferencesOf(settings, account.id),
    },
  );
}

const nothingToTell = (kind: NoticeKind, accountId: string, why: string): Error =>
  new ConnectsError('not-found', 'nothing-to-tell', `no ${kind} notice for ${accountId}: ${why}`);
