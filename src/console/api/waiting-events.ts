/** /v1/events/waiting: what could not be decided yet, why, and refusing it. */
import { z } from 'zod';
import { EVENT_TYPES } from '../../domain/events/events.ts';
import { accountIdField, factIdField } from '../../domain/events/fields.ts';
import { refusedJson, waitingJson } from '../../json/waiting-events.ts';
import { listWaitingEvents } from '../../ledger/event-waits.ts';
import { refuseWaiting } from '../../operations/events/refuse-waiting.ts';
import { changeOrRehearse } from '../rehearsing.ts';
import { cursorField, pageFrom } from './cursor.ts';
import { dryRunField, instantText, limitField, oneOrMore, pageOf, reasonField } from './fields.ts';
import { type ApiRoute, changes, reads } from './route.ts';

const waitingShape = z
  .strictObject({
    account: z.string(),
    id: z.string(),
    type: z.enum(EVENT_TYPES),
    at: instantText.describe('When it happened.'),
    since: instantText.describe('Since when it waits.'),
    behind: z
      .string()
      .nullable()
      .describe(
        'The event of its account that it waits behind; null for the first, which is the one to look at.',
      ),
    code: z
      .string()
      .nullable()
      .describe('Why it could not be decided; docs/runbook.md has a heading for each.'),
    message: z.string().nullable(),
    token: z
      .strictObject({ id: z.int(), name: z.string() })
      .nullable()
      .describe('The token that brought it.'),
  })
  .meta({ id: 'WaitingEvent' });

const refusedShape = z
  .strictObject({
    account: z.string(),
    event: z.string(),
    alsoRefused: z
      .array(z.string())
      .describe('Those behind an opening: without it there is no account that they could be counted for.'),
    takenUp: z
      .array(z.strictObject({ event: z.string(), outcome: z.enum(['applied', 'refused']) }))
      .describe('What waited behind it, and is decided now.'),
    stopped: z
      .strictObject({ event: z.string(), code: z.string(), message: z.string() })
      .nullable()
      .describe('The next one that goes on waiting, and why.'),
    dryRun: z.boolean(),
  })
  .meta({ id: 'RefusedEvent' });

export const WAITING_ROUTES: readonly ApiRoute[] = [
  reads({
    path: '/v1/events/waiting',
    id: 'listWaitingEvents',
    about: 'Events',
    summary: 'Events whose account cannot be brought current, by account and in order of arrival',
    query: z.strictObject({
      account: oneOrMore(accountIdField).optional(),
      limit: limitField,
      cursor: cursorField('waiting events', z.strictObject({ account: accountIdField, id: factIdField })),
    }),
    answer: pageOf(waitingShape),
    handle: async ({ app: { db }, query: { account: accounts, limit, cursor: after } }) => {
      const filter = { ...(accounts && { accounts }), after };
      return pageFrom(await listWaitingEvents(db, filter, limit + 1), limit, {
        list: 'waiting events',
        keyOf: ({ account, id }) => ({ account, id }),
        toJson: waitingJson,
      });
    },
  }),
  changes({
    path: '/v1/events/waiting/{event}/refuse',
    id: 'refuseWaitingEvent',
    about: 'Events',
    summary: 'Refuse an event that waits, and take up what waits behind it; nothing is posted for it',
    params: z.strictObject({ event: factIdField }),
    body: z.strictObject({ reason: reasonField, dryRun: dryRunField }),
    answer: refusedShape,
    handle: async ({ app, params: { event }, body: { reason, dryRun }, caller: { actor } }) => {
      const refused = await changeOrRehearse(app, dryRun, (db) =>
        refuseWaiting({ ...app.recordDeps, db }, { event, actor, reason }),
      );
      return refusedJson(refused, dryRun);
    },
  }),
];
