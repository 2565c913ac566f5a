/** /v1/audit-log: what people changed. */
import { z } from 'zod';
import { auditJson } from '../../json/audit-log.ts';
import { listAudit } from '../../ledger/audit-log.ts';
import { belowNumber, cursorField, pageFrom } from './cursor.ts';
import {
  anything,
  count,
  instantText,
  limitField,
  lineField,
  pageOf,
  sinceField,
  untilField,
} from './fields.ts';
import { type ApiRoute, reads } from './route.ts';

const changeShape = z
  .strictObject({
    id: count,
    at: instantText,
    actor: z.string(),
    action: z.string(),
    target: z.string(),
    run: count.nullable(),
    reason: z.string().nullable(),
    before: anything,
    after: anything,
  })
  .meta({ id: 'Change' });

export const AUDIT_ROUTES: readonly ApiRoute[] = [
  reads({
    path: '/v1/audit-log',
    id: 'listChanges',
    about: 'Audit log',
    summary: 'What people changed: when, who, what, why, before and after; the newest first',
    query: z.strictObject({
      target: lineField(120).optional().describe('account:a1, run:17, mail, …'),
      actor: lineField(100).optional(),
      action: lineField(64).optional().describe('tokens.add; or all of a kind: tokens.'),
      since: sinceField.optional(),
      until: untilField.optional(),
      limit: limitField,
      cursor: cursorField('changes', belowNumber),
    }),
    answer: pageOf(changeShape),
    handle: async ({ app, query: { limit, cursor: before, ...filter } }) =>
      pageFrom(await listAudit(app.readDb, filter, { before, limit: limit + 1 }), limit, {
        list: 'changes',
        keyOf: ({ id }) => id,
        toJson: auditJson,
      }),
  }),
];
