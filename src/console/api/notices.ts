/** /v1/notices: emails to members, and what became of them. */
import { z } from 'zod';
import type { App } from '../../app.ts';
import { accountIdField } from '../../domain/events/fields.ts';
import { NOTICE_KINDS, type NoticeKind } from '../../domain/notice-kinds.ts';
import { ConnectsError } from '../../errors.ts';
import { noticeJson, noticesChangedJson } from '../../json/notices.ts';
import { requireAccounts, requireRun } from '../../operations/accounts/require-known.ts';
import { retryNotices, suppressNotices } from '../../operations/mail/change-notices.ts';
import { composeMessage, findMessageIds } from '../../operations/mail/compose-notices.ts';
import { type NoticeFilter, findNotice, listNotices } from '../../outbox/listing.ts';
import { NOTICE_STATES, type NoticeState } from '../../outbox/outbox.ts';
import { belowNumber, cursorField, pageFrom } from './cursor.ts';
import { BadRequest } from './failing.ts';
import {
  count,
  counts,
  dateText,
  dryRunField,
  expectField,
  instantText,
  limitField,
  numberField,
  numberText,
  pageOf,
  reasonField,
} from './fields.ts';
import { type ApiRoute, changes, reads } from './route.ts';

const noticeFields = {
  notice: count,
  account: z.string(),
  kind: z.enum(NOTICE_KINDS),
  ref: z.string(),
  state: z.enum(NOTICE_STATES),
  firstCycleOn: dateText.nullable(),
  lastCycleOn: dateText.nullable(),
  run: count.nullable(),
  stagedAt: instantText,
  nextAttemptAt: instantText.nullable(),
  attempts: count,
  lastError: z.string().nullable(),
  sentAt: instantText.nullable(),
  messageId: z.string().nullable(),
};

export const noticeShape = z.strictObject(noticeFields).meta({ id: 'ListedNotice' });

const messageShape = z
  .union([
    z.strictObject({ subject: z.string(), text: z.string(), html: z.string() }),
    z.strictObject({ unsent: z.string() }),
  ])
  .describe('As it would be sent now, or why there is nothing to send.');

interface PageAsked {
  readonly state?: NoticeState | undefined;
  readonly kind?: NoticeKind | undefined;
  readonly limit: number;
  readonly cursor?: number | undefined;
}

/** A page of notices, each with the id under which its letter is sent. */
export async function pageOfNotices(
  { db, config }: App,
  of: Pick<NoticeFilter, 'accountId' | 'runId'>,
  { state, kind, limit, cursor: before }: PageAsked,
): Promise<{ items: z.infer<typeof noticeShape>[]; next: string | null }> {
  const filter = { ...of, kind, states: state && [state] };
  const found = await listNotices(db, filter, { limit: limit + 1, before });
  const messageIdOf = await findMessageIds({ db, settings: config }, found.slice(0, limit));
  return pageFrom(found, limit, {
    list: 'notices',
    keyOf: ({ id }) => id,
    toJson: (one) => ({ ...noticeJson(one), messageId: messageIdOf(one) }),
  });
}

/** Notices that one request names. */
const IDS_MAX = 900;

const changeBody = z.strictObject({
  notices: z.array(numberField).min(1).max(IDS_MAX).optional().describe('By their numbers.'),
  state: z.enum(NOTICE_STATES).optional(),
  kind: z.enum(NOTICE_KINDS).optional(),
  account: accountIdField.optional(),
  run: numberField.optional(),
  all: z.literal(true).optional().describe('Said where nothing narrows it.'),
  expect: expectField.optional(),
  reason: reasonField,
  dryRun: dryRunField,
});

const changedShape = z.strictObject({
  changed: count,
  optedOut: count.describe('Of those: of members who opted out of such emails.'),
  refusedAgain: count.describe('Of those: refused again, as they were before.'),
  left: counts.describe('Left as they are, by state.'),
  dryRun: z.boolean(),
});

const changing = (name: 'retry' | 'suppress', summary: string, change: typeof retryNotices): ApiRoute =>
  changes({
    path: `/v1/notices/${name}`,
    id: `${name}Notices`,
    about: 'Notices',
    summary,
    body: changeBody,
    answer: changedShape,
    handle: async ({ app, body, caller: { actor } }) => {
      const { notices: ids, state, kind, account, run, all, expect, reason, dryRun } = body;
      const filter = { ids, states: state && [state], kind, accountId: account, runId: run };
      if (all === undefined && Object.values(filter).every((one) => one === undefined))
        throw new BadRequest(422, 'which ones? Say notices, state, kind, account or run, or all', [
          { where: '(all)', what: 'expected at least one of notices, state, kind, account, run, all' },
        ]);
      await requireRun(app.db, run);
      if (account !== undefined) await requireAccounts(app.db, [account]);
      const told = await change(app, { filter, expect, actor, reason, dryRun });
      return noticesChangedJson(told, dryRun);
    },
  });

export const NOTICE_ROUTES: readonly ApiRoute[] = [
  reads({
    path: '/v1/notices',
    id: 'listNotices',
    about: 'Notices',
    summary: 'Emails to members, the latest first',
    query: z.strictObject({
      state: z.enum(NOTICE_STATES).optional(),
      kind: z.enum(NOTICE_KINDS).optional(),
      account: accountIdField.optional(),
      run: numberText.optional(),
      limit: limitField,
      cursor: cursorField('notices', belowNumber),
    }),
    answer: pageOf(noticeShape),
    handle: async ({ app, query: { account, run, ...asked } }) => {
      await requireRun(app.db, run);
      if (account !== undefined) await requireAccounts(app.db, [account]);
      return pageOfNotices(app, { accountId: account, runId: run }, asked);
    },
  }),
  reads({
    path: '/v1/notices/{notice}',
    id: 'showNotice',
    about: 'Notices',
    summary: 'One notice, what became of it, and its text as it would be sent now',
    params: z.strictObject({ notice: numberText }),
    answer: z.strictObject({ ...noticeFields, message: messageShape }),
    handle: async ({ app: { db, config: settings }, params: { notice: id } }) => {
      const notice = await findNotice(db, id);
      if (!notice) throw new ConnectsError('not-found', 'unknown-notice', `there is no notice ${id}`);
      const messageId = (await findMessageIds({ db, settings }, [notice]))(notice);
      const message = await composeMessage({ db, settings }, notice);
      return { ...noticeJson(notice), messageId, message };
    },
  }),
  changing(
    'retry',
    'Send again what was refused or waits, and take back what was suppressed by hand',
    retryNotices,
  ),
  changing('suppress', 'Never send what has not left yet', suppressNotices),
];
