/** Notices as data. */
import { formatInstant } from '../domain/calendar.ts';
import type { NoticesChanged } from '../operations/mail/change-notices.ts';
import type { NoticeRow } from '../outbox/listing.ts';

export const noticeJson = ({ id, accountId, stagedAt, nextAttemptAt, sentAt, runId, ...row }: NoticeRow) => ({
  notice: id,
  account: accountId,
  ...row,
  run: runId,
  stagedAt: formatInstant(stagedAt),
  nextAttemptAt: row.state === 'pending' ? formatInstant(nextAttemptAt) : null,
  sentAt: sentAt === null ? null : formatInstant(sentAt),
});

export const noticesChangedJson = (
  { changed, optedOut, refusedAgain, left }: NoticesChanged,
  dryRun: boolean,
) => ({ changed, optedOut, refusedAgain, left: Object.fromEntries(left), dryRun });
