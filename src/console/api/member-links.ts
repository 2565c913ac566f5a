/** /v1/accounts/{account}/links: addresses by which a member reads their own page, made and taken back. */
import { z } from 'zod';
import { ConnectsError } from '../../errors.ts';
import { linkJson, revokedJson } from '../../json/member-links.ts';
import { memberAddress } from '../../member-token.ts';
import {
  LINK_LASTS_MAX_MS,
  LINK_LASTS_MS,
  linkMember,
  requiredMemberPages,
  revokeLinks,
} from '../../operations/accounts/member-link.ts';
import { changeOrRehearse } from '../rehearsing.ts';
import { BadRequest } from './failing.ts';
import { accountPath, dryRunField, instantText, reasonField } from './fields.ts';
import { type ApiCall, type ApiRoute, changes } from './route.ts';

const SECOND_MS = 1_000;

/** @throws BadRequest 409 where this installation has no such pages */
function memberPages({ config }: ApiCall['app']): ReturnType<typeof requiredMemberPages> {
  try {
    return requiredMemberPages(config);
  } catch (error) {
    if (error instanceof ConnectsError) throw new BadRequest(409, error.message);
    throw error;
  }
}

export const LINK_ROUTES: readonly ApiRoute[] = [
  changes({
    path: '/v1/accounts/{account}/links',
    id: 'linkMember',
    about: 'Accounts',
    summary: "The address of the member's own page, good for a while, for whoever has it",
    params: accountPath,
    body: z.strictObject({
      lastsSeconds: z
        .int()
        .min(1)
        .max(LINK_LASTS_MAX_MS / SECOND_MS)
        .default(LINK_LASTS_MS / SECOND_MS)
        .describe('For how long it is good; a week where it is left out.'),
      reason: reasonField,
      dryRun: dryRunField,
    }),
    answer: z.strictObject({
      account: z.string(),
      address: z.string().nullable().describe('It is told this once, and kept nowhere; null of a dry run.'),
      expiresAt: instantText,
      dryRun: z.boolean(),
    }),
    handle: async ({ app, params: { account }, body, caller: { actor } }) => {
      const { secret, url } = memberPages(app);
      const { lastsSeconds, reason, dryRun } = body;
      const request = { account, lastsMs: lastsSeconds * SECOND_MS, actor, reason };
      const made = await changeOrRehearse(app, dryRun, (db) => linkMember({ db, secret }, request));
      return linkJson(made, { address: dryRun ? null : memberAddress(url, made), dryRun });
    },
  }),
  changes({
    path: '/v1/accounts/{account}/links/revoke',
    id: 'revokeMemberLinks',
    about: 'Accounts',
    summary: 'End all such addresses of this account that were made until now',
    params: accountPath,
    body: z.strictObject({ reason: reasonField, dryRun: dryRunField }),
    answer: z.strictObject({ account: z.string(), revoked: z.boolean(), dryRun: z.boolean() }),
    handle: async ({ app, params: { account }, body: { reason, dryRun }, caller: { actor } }) => {
      await changeOrRehearse(app, dryRun, (db) => revokeLinks({ db }, { account, actor, reason }));
      return revokedJson(account, dryRun);
    },
  }),
];
