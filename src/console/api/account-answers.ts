/** What is asked about one account: why, what was told of it, which emails it got. */
import { z } from 'zod';
import { factIdField, instantField, localDateField, localeField } from '../../domain/events/fields.ts';
import { NOTICE_KINDS } from '../../domain/notice-kinds.ts';
import { requireAccounts } from '../../operations/accounts/require-known.ts';
import { NOTICE_STATES } from '../../outbox/outbox.ts';
import { readArrivals } from '../../reports/account-arrivals.ts';
import { explainAccount } from '../../reports/explain/explain.ts';
import { parseAt } from '../../reports/explain/late-facts.ts';
import { LOCALES } from '../../texts/catalogue.ts';
import { belowNumber, cursorField, cursorOf } from './cursor.ts';
import {
  accountPath,
  anything,
  count,
  dateText,
  instantText,
  limitField,
  pageOf,
  pastShape,
} from './fields.ts';
import { noticeShape, pageOfNotices } from './notices.ts';
import { type ApiRoute, reads } from './route.ts';

const answerShape = z
  .strictObject({
    subject: z.string(),
    code: z.string(),
    sentence: z.string().describe("For the member; dates of the account's zone."),
    evidence: z.record(z.string(), anything).describe('What was recorded; instants are UTC.'),
    rule: z.strictObject({ text: z.string(), effectiveFrom: dateText, termsVersion: count }).nullable(),
    at: instantText.nullable(),
    next: z.string().nullable(),
    locale: z
      .enum(LOCALES)
      .optional()
      .describe('The language of this answer, where it has no texts in that of the explanation.'),
  })
  .meta({ id: 'Answer' });

const explanationShape = z
  .strictObject({
    account: z.string(),
    zone: z.string(),
    asOf: instantText,
    past: pastShape,
    locale: z.enum(LOCALES).describe('The language of all answers that name no other.'),
    question: z.strictObject({
      cycle: dateText.optional(),
      interview: z.string().optional(),
      proposal: z.string().optional(),
      about: z.string().optional(),
      since: dateText.optional(),
      had: z.strictObject({ event: z.string(), at: z.union([z.number(), z.string()]).optional() }).optional(),
    }),
    answers: z.array(answerShape),
  })
  .meta({ id: 'Explanation' });

const eventShape = z
  .strictObject({
    arrival: count,
    event: z.string(),
    type: z.string(),
    at: instantText,
    state: z.enum(['applied', 'refused', 'waiting']),
    effectiveAt: instantText.nullable(),
    isLate: z.boolean(),
    receivedAt: instantText,
    token: z.string().nullable().describe('That brought it over HTTP; null of files and operators.'),
    fields: z.record(z.string(), anything).describe('What it says besides; addresses are masked.'),
  })
  .meta({ id: 'AccountEvent' });

const subjectText = 'expected an id, a number, a date, or a subject such as interview:i7';
const momentText = 'expected an instant such as 2021-05-01T00:00:00Z, or a date, YYYY-MM-DD';

const question = z
  .strictObject({
    cycle: localDateField.optional().describe('The billing cycle of this date.'),
    interview: factIdField.optional(),
    proposal: factIdField.optional(),
    about: z
      .string()
      .regex(/^[A-Za-z0-9._:#-]{1,120}$/, subjectText)
      .optional()
      .describe('Whatever this is: an event, a proposal, a line, a run, an email, a date, …'),
    since: localDateField.optional().describe("Everything since this date, in the account's zone."),
    had: factIdField.optional().describe('What would have been, had this event come at another time.'),
    at: z
      .string()
      .refine((text) => parseAt(text) !== undefined, momentText)
      .optional()
      .describe('With had: an instant, or a date.'),
    asOf: instantField.optional(),
    locale: localeField
      .optional()
      .describe('The language of the answers, a BCP 47 tag such as es-MX. Default: en.'),
  })
  .superRefine(({ had, at, asOf: _asOf, locale: _locale, ...others }, context) => {
    const named = Object.values(others).some((one) => one !== undefined);
    if (had !== undefined && named)
      context.addIssue({ code: 'custom', path: ['had'], message: 'is asked alone' });
    if (at !== undefined && had === undefined)
      context.addIssue({ code: 'custom', path: ['at'], message: 'says when had would have come: give both' });
  });

export const ACCOUNT_ANSWER_ROUTES: readonly ApiRoute[] = [
  reads({
    path: '/v1/accounts/{account}/explain',
    id: 'explainAccount',
    about: 'Accounts',
    summary: 'Why Connects came or did not, from what was recorded; and what comes next',
    params: accountPath,
    query: question,
    answer: explanationShape,
    handle: ({ app, params: { account }, query: { had, at, asOf, locale, ...asked } }) =>
      explainAccount(
        app.readDb,
        account,
        had === undefined ? asked : { had: { event: had, ...(at !== undefined && { at: parseAt(at) }) } },
        asOf,
        locale,
      ),
  }),
  reads({
    path: '/v1/accounts/{account}/events',
    id: 'listAccountEvents',
    about: 'Accounts',
    summary: 'What was told of it, the latest first',
    params: accountPath,
    query: z.strictObject({ limit: limitField, cursor: cursorField('events', belowNumber) }),
    answer: pageOf(eventShape),
    handle: async ({ app, params: { account }, query: { limit, cursor: before } }) => {
      const { events, nextBefore } = await readArrivals(app.readDb, account, { before, limit });
      // An account that its own event waits to open is not there yet, and has events.
      if (events.length === 0) await requireAccounts(app.readDb, [account]);
      return { items: events, next: nextBefore === null ? null : cursorOf('events', nextBefore) };
    },
  }),
  reads({
    path: '/v1/accounts/{account}/emails',
    id: 'listAccountEmails',
    about: 'Accounts',
    summary: 'Its notices, the latest first',
    params: accountPath,
    query: z.strictObject({
      state: z.enum(NOTICE_STATES).optional(),
      kind: z.enum(NOTICE_KINDS).optional(),
      limit: limitField,
      cursor: cursorField('notices', belowNumber),
    }),
    answer: pageOf(noticeShape),
    handle: async ({ app, params: { account }, query }) => {
      await requireAccounts(app.db, [account]);
      return pageOfNotices(app, { accountId: account }, query);
    },
  }),
];
