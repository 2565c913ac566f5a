/** /v1/due: what a sweep would find. */
import { z } from 'zod';
import { instantField } from '../../domain/events/fields.ts';
import { PLAN_NAMES } from '../../domain/terms.ts';
import { dueJson } from '../../json/due.ts';
import { resolveAsOf } from '../../operations/runs/as-of.ts';
import { lookAtDue } from '../../operations/upkeep/look-at-due.ts';
import { count, holdShape, instantText } from './fields.ts';
import { type ApiRoute, reads } from './route.ts';

const dueShape = z
  .strictObject({
    asOf: instantText,
    accounts: count,
    busy: count.nullable().describe('Held up by locks of somebody else; null while Redis cannot be asked.'),
    oldestAt: instantText.nullable(),
    oldestAgeSeconds: count,
    hold: holdShape.nullable(),
    plans: z.array(z.strictObject({ plan: z.enum(PLAN_NAMES), accounts: count, oldestAt: instantText })),
  })
  .meta({ id: 'Due' });

export const DUE_ROUTES: readonly ApiRoute[] = [
  reads({
    path: '/v1/due',
    id: 'countDue',
    about: 'Overview',
    summary: 'How many accounts are due, since when, by plan',
    query: z.strictObject({
      asOf: instantField
        .optional()
        .describe("Taken as now; the database's clock less two minutes when absent."),
    }),
    answer: dueShape,
    handle: async ({ app, query }) => {
      const asOf = await resolveAsOf({ db: app.db, settings: app.config }, query.asOf);
      return dueJson(await lookAtDue(app, asOf));
    },
  }),
];
