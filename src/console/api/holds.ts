/** /v1/holds: the ledger, or all mail, kept still; and let go. */
import { z } from 'zod';
import { shownNow } from '../../db/query.ts';
import { holdJson, holdOrNull } from '../../json/holds.ts';
import { countDue } from '../../ledger/accounts.ts';
import { findLedgerHold } from '../../ledger/ledger-hold.ts';
import { listOpenRuns } from '../../ledger/runs.ts';
import { holdMail, releaseMail } from '../../operations/mail/change-notices.ts';
import { holdLedger, releaseLedger } from '../../operations/settling/hold-ledger.ts';
import { findHold } from '../../outbox/hold.ts';
import { count, dryRunField, holdShape, reasonField } from './fields.ts';
import { type ApiRoute, changes, reads } from './route.ts';

const body = z.strictObject({ reason: reasonField, dryRun: dryRunField });

const changedFields = { held: z.boolean(), dryRun: z.boolean() };

export const HOLD_ROUTES: readonly ApiRoute[] = [
  reads({
    path: '/v1/holds',
    id: 'showHolds',
    about: 'Holds',
    summary: 'Whether the ledger or all mail is held: since when, by whom and why',
    answer: z.strictObject({ ledger: holdShape.nullable(), mail: holdShape.nullable() }),
    handle: async ({ app: { db } }) => {
      const mail = await findHold(db);
      return { ledger: holdOrNull(await findLedgerHold(db)), mail: mail ? holdJson(mail) : null };
    },
  }),
  changes({
    path: '/v1/holds/ledger/hold',
    id: 'holdLedger',
    about: 'Holds',
    summary: 'Stop everything: nothing is settled, granted, backfilled or reversed until it is released',
    body,
    answer: z.strictObject({
      ...changedFields,
      hold: holdShape,
      due: count.describe('Accounts that wait.'),
      openRuns: count,
    }),
    handle: async ({ app, body: { reason, dryRun }, caller: { actor } }) => {
      const hold = await holdLedger(app, { actor, reason, dryRun });
      const due = await countDue(app.db, await shownNow(app.db));
      const openRuns = (await listOpenRuns(app.db)).length;
      return { held: true, dryRun, hold: holdJson(hold), due, openRuns };
    },
  }),
  changes({
    path: '/v1/holds/ledger/release',
    id: 'releaseLedger',
    about: 'Holds',
    summary: 'End the hold: whatever it stopped goes on by itself',
    body,
    answer: z.strictObject({ ...changedFields, hold: holdShape }),
    handle: async ({ app, body: { reason, dryRun }, caller: { actor } }) => ({
      held: false,
      dryRun,
      hold: holdJson(await releaseLedger(app, { actor, reason, dryRun })),
    }),
  }),
  changes({
    path: '/v1/holds/mail/hold',
    id: 'holdMail',
    about: 'Holds',
    summary: 'Hold all mail, for every worker; answered when nothing leaves any more',
    body,
    answer: z.strictObject({
      ...changedFields,
      underWay: z
        .strictObject({ count, left: count, leaving: count })
        .describe('What was on its way, and what became of it.'),
    }),
    handle: async ({ app, body: { reason, dryRun }, caller: { actor } }) => ({
      held: true,
      dryRun,
      underWay: await holdMail(app, { actor, reason, dryRun }),
    }),
  }),
  changes({
    path: '/v1/holds/mail/release',
    id: 'releaseMail',
    about: 'Holds',
    summary: 'Let mail flow again',
    body,
    answer: z.strictObject(changedFields),
    handle: async ({ app, body: { reason, dryRun }, caller: { actor } }) => {
      await releaseMail(app, { actor, reason, dryRun });
      return { held: false, dryRun };
    },
  }),
];
