/** /v1/accounts/{account}/links: addresses by which a member reads their own page, made and taken back. */
import { z } from 'zod';
import { ConnectsError } from '../../errors.ts';
import { endedJson, linkJson, madeLinkJson, revokedJson } from '../../json/member-links.ts';
import { memberAddress } from '../../member-token.ts';
import {
  LINK_LASTS_MAX_MS,
  LINK_LASTS_MS,
  endLink,
  linkMember,
  listLinks,
  requiredMemberPages,
  revokeLinks,
} from '../../operations/accounts/member-link.ts';
import { changeOrRehearse } from '../rehearsing.ts';
import { BadRequest } from './failing.ts';
import { accountPath, count, dryRunField, instantText, numberText, reasonField } from './fields.ts';
import { type ApiCall, type ApiRoute, changes, reads } from './route.ts';

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
      link: count.nullable().describe('Its number, under which it can be ended alone; null of a dry run.'),
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
  reads({
    path: '/v1/accounts/{account}/links',
    id: 'listMemberLinks',
    about: 'Accounts',
    summary: 'Such addresses that people made and that are good, without the addresses, the latest first',
    roles: ['operator'],
    params: accountPath,
    answer: z.strictObject({
      items: z.array(
        z.strictObject({
          link: count,
          account: z.string(),
          madeAt: instantText,
          madeBy: z.string(),
          reason: z.string(),
          expiresAt: instantText,
          openedAt: instantText.nullable().describe('When it was opened last, to some minutes.'),
        }),
      ),
    }),
    handle: async ({ app, params: { account } }) => ({
      items: (await listLinks(app.db, account)).map(madeLinkJson),
    }),
  }),
  changes({
    path: '/v1/accounts/{account}/links/{link}/end',
    id: 'endMemberLink',
    about: 'Accounts',
    summary: 'End one of them; the others stay',
    params: accountPath.extend({ link: numberText }),
    body: z.strictObject({ reason: reasonField, dryRun: dryRunField }),
    answer: z.strictObject({ account: z.string(), link: count, ended: z.boolean(), dryRun: z.boolean() }),
    handle: async ({ app, params: { account, link }, body: { reason, dryRun }, caller: { actor } }) => {
      await changeOrRehearse(app, dryRun, (db) => endLink({ db }, { account, link, actor, reason }));
      return endedJson(account, link, dryRun);
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
