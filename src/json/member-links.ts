/** Links to members' pages as data. */
import { formatInstant } from '../domain/calendar.ts';
import type { MemberLink } from '../operations/accounts/member-link.ts';

/** @param address null of a rehearsal, whose link would be good all the same */
export const linkJson = (
  { account, expiresAt }: MemberLink,
  { address, dryRun }: { readonly address: string | null; readonly dryRun: boolean },
) => ({ account, address, expiresAt: formatInstant(expiresAt), dryRun });

export const revokedJson = (account: string, dryRun: boolean) => ({ account, revoked: true, dryRun });
