/** /v1/accounts: which there are, and one of them as its member sees it. */
import { z } from 'zod';
import { ACCOUNT_KINDS, ACCOUNT_STATUSES, ENTRY_KINDS } from '../../domain/account.ts';
import { emailField, instantField, localDateField } from '../../domain/events/fields.ts';
import { FORECAST_MAX } from '../../domain/simulation/forecast.ts';
import { PLAN_NAMES } from '../../domain/terms.ts';
import { readAccounts } from '../../reports/account-list.ts';
import { readForecast } from '../../reports/account-forecast.ts';
import { readHistoryPage } from '../../reports/account-history.ts';
import { readAccountView } from '../../reports/account-view.ts';
import { inquire } from '../../reports/explain/explain.ts';
import { HISTORY_TYPES } from '../../reports/member-words.ts';
import { BadRequest } from './failing.ts';
import { belowNumber, behindId, cursorField, cursorOf } from './cursor.ts';
import {
  accountPath,
  amount,
  anything,
  count,
  dateText,
  flagField,
  instantText,
  limitField,
  oneOrMore,
  pageOf,
  pastShape,
  wholeNumber,
} from './fields.ts';
import { type ApiRoute, reads } from './route.ts';

const listedShape = z
  .strictObject({
    account: z.string(),
    kind: z.enum(ACCOUNT_KINDS),
    plan: z.enum(PLAN_NAMES),
    pendingPlan: z.enum(PLAN_NAMES).nullable(),
    status: z.enum(ACCOUNT_STATUSES),
    zone: z.string(),
    anchorOn: dateText,
    balance: amount,
    owed: count,
    nextCycleOn: dateText.nullable(),
    nextCycleAt: instantText.nullable(),
    putAside: z.string().nullable().describe('The error with which it is put aside; null when it is not.'),
  })
  .meta({ id: 'ListedAccount' });

const lineShape = z
  .strictObject({
    seq: count,
    on: dateText.describe("The date on which it counts, in the account's zone."),
    type: z.enum(HISTORY_TYPES),
    action: z.string(),
    reason: z.string().nullable(),
    kind: z.enum(ENTRY_KINDS),
    amount,
    balance: amount,
    occurredAt: instantText,
    reachedAt: instantText,
    effectiveAt: instantText,
    postedAt: instantText,
    lateAfter: anything.optional().describe('Only of a line that was late: what had been counted before.'),
    cycleOn: dateText.nullable(),
    subject: z.string(),
    proposal: z.string().nullable(),
    group: z
      .strictObject({ subject: z.string(), part: count, of: count, total: amount, isOneSum: z.boolean() })
      .nullable(),
  })
  .meta({ id: 'HistoryLine' });

const viewShape = z
  .strictObject({
    account: z.string(),
    zone: z.string(),
    asOf: instantText,
    past: pastShape,
    kind: z.string(),
    plan: z.string(),
    pendingPlan: z.string().nullable(),
    status: z.string(),
    balance: amount,
    owed: count,
    cycleOn: dateText,
    nextCycleOn: dateText.nullable(),
    nextCycleAt: instantText.nullable(),
    due: z.boolean(),
    next: z
      .strictObject({
        expired: count,
        free: count,
        paid: count,
        recovered: count,
        closing: amount,
        cap: count.nullable(),
      })
      .nullable(),
    interviewWindow: z.strictObject({ used: amount, max: count, days: count }).nullable(),
    emails: z.enum(['on', 'off']),
    locale: z
      .string()
      .nullable()
      .describe('The language of the member, a BCP 47 tag; null where none was told.'),
    putAside: z.boolean(),
    latest: z.array(lineShape),
  })
  .meta({ id: 'Account' });

const forecastShape = z
  .strictObject({
    account: z.string(),
    zone: z.string(),
    asOf: instantText,
    past: pastShape,
    termsVersion: count,
    cycles: z.array(
      z.strictObject({
        cycleOn: dateText,
        startsAt: instantText.nullable(),
        nextOn: dateText,
        opening: amount,
        carried: amount,
        expired: count,
        free: count,
        paid: count,
        recovered: count,
        closing: amount,
        plan: z.enum(PLAN_NAMES),
        cap: count.nullable(),
        code: z.string(),
      }),
    ),
  })
  .meta({ id: 'Forecast' });

const asOfField = instantField.optional().describe('Taken as now; of a past instant, what stood then.');

const historyShape = z.strictObject({
  account: z.string(),
  zone: z.string(),
  entries: z.array(lineShape),
  next: z.string().nullable().describe('The cursor of the next page; null after the last one.'),
});

export const ACCOUNT_ROUTES: readonly ApiRoute[] = [
  reads({
    path: '/v1/accounts',
    id: 'listAccounts',
    about: 'Accounts',
    summary: 'Accounts by what they have in common, by id',
    query: z.strictObject({
      plan: z.enum(PLAN_NAMES).optional(),
      status: z.enum(ACCOUNT_STATUSES).optional(),
      nextFrom: localDateField.optional().describe('Whose next cycle begins on this date or later.'),
      nextTo: localDateField.optional(),
      putAside: flagField.optional(),
      owed: flagField.optional(),
      email: emailField.optional().describe('Whole, whatever its case.'),
      beginning: accountPath.shape.account.optional().describe('What the id begins with.'),
      limit: limitField,
      cursor: cursorField('accounts', behindId),
    }),
    answer: pageOf(listedShape).describe(
      'A page looks at a bounded number of accounts: it may hold fewer than asked for, and none, and go on all the same.',
    ),
    handle: async ({ app, query: { limit, cursor: after, ...asked } }) => {
      const { accounts, nextAfter } = await readAccounts(app.readDb, asked, { after, limit });
      return { items: accounts, next: nextAfter === null ? null : cursorOf('accounts', nextAfter) };
    },
  }),
  reads({
    path: '/v1/accounts/{account}',
    id: 'showAccount',
    about: 'Accounts',
    summary: 'Memberships & Connects: plan, balance, next date, the latest lines',
    params: accountPath,
    query: z.strictObject({ asOf: asOfField }),
    answer: viewShape,
    handle: ({ app, params: { account }, query: { asOf } }) => readAccountView(app.readDb, account, asOf),
  }),
  reads({
    path: '/v1/accounts/{account}/history',
    id: 'listHistory',
    about: 'Accounts',
    summary: 'Connects History: date, action, Connects, running balance; the newest first',
    params: accountPath,
    query: z.strictObject({
      type: oneOrMore(z.enum(HISTORY_TYPES)).optional(),
      days: wholeNumber(1, 36_500).optional().describe('The last so many days; not with from or to.'),
      from: localDateField.optional().describe("Of the account's zone, included."),
      to: localDateField.optional().describe("Of the account's zone, included."),
      limit: limitField.describe('A page is a few lines longer rather than cut a group in two.'),
      cursor: cursorField('history', belowNumber),
      asOf: asOfField,
    }),
    answer: historyShape,
    handle: async ({ app, params: { account }, query }) => {
      const { type: types, days, from, to, limit, cursor: before, asOf } = query;
      if (days !== undefined && (from !== undefined || to !== undefined))
        throw new BadRequest(400, 'the query is not right: days: cannot be given with from or to', [
          { where: 'days', what: 'cannot be given with from or to' },
        ]);
      const inquiry = await inquire(app.readDb, account, asOf);
      const { lines, nextBefore } = await readHistoryPage(
        inquiry,
        { types, days, from, to },
        { limit, before },
      );
      return {
        account,
        zone: inquiry.words.zone,
        entries: lines,
        next: nextBefore === null ? null : cursorOf('history', nextBefore),
      };
    },
  }),
  reads({
    path: '/v1/accounts/{account}/forecast',
    id: 'showForecast',
    about: 'Accounts',
    summary: 'The next billing cycles, if nothing is spent',
    params: accountPath,
    query: z.strictObject({ cycles: wholeNumber(1, FORECAST_MAX).default(3), asOf: asOfField }),
    answer: forecastShape,
    handle: ({ app, params: { account }, query: { cycles, asOf } }) =>
      readForecast(app.readDb, account, cycles, asOf),
  }),
];
