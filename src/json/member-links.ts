/** Links to members' pages as data. */
import { formatInstant } from '../domain/calendar.ts';
import type { MadeLink } from '../ledger/member-links.ts';
import type { MemberLink } from '../operations/accounts/member-link.ts';

/** @param address null of a rehearsal, whose link would be good all the same; it has no number, either */
export const linkJson = (
  { account, link, expiresAt }: MemberLink,
  { address, dryRun }: { readonly address: string | null; readonly dryRun: boolean },
) => ({ account, link: dryRun ? null : link, address, expiresAt: formatInstant(expiresAt), dryRun });

export const madeLinkJson = ({ id, account, madeAt, madeBy, reason, expiresAt, openedAt }: MadeLink) => ({
  link: id,
  account,
  madeAt: formatInstant(madeAt),
  madeBy,
  reason,
  expiresAt: formatInstant(expiresAt),
  openedAt: openedAt === null ? null : formatInstant(openedAt),
});

export const endedJson = (account: string, link: number, dryRun: boolean) => ({
  account,
  link,
  ended: true,
  dryRun,
});

export const revokedJson = (account: string, dryRun: boolean) => ({ account, revoked: true, dryRun });
