/** /v1/due: what a sweep would find, and what will be due. */
import { z } from 'zod';
import { parseDuration } from '../../config.ts';
import { instantField } from '../../domain/events/fields.ts';
import { PLAN_NAMES } from '../../domain/terms.ts';
import { aheadJson, dueJson } from '../../json/due.ts';
import { resolveAsOf } from '../../operations/runs/as-of.ts';
import { lookAtDueQuickly } from '../../operations/upkeep/look-at-due.ts';
import { AHEAD_MAX_DAYS, countDueAhead, readDueAhead } from '../../reports/due-ahead.ts';
import { count, dateText, holdShape, instantText } from './fields.ts';
import { type ApiRoute, reads } from './route.ts';

const dueShape = z
  .strictObject({
    asOf: instantText,
    accounts: count,
    exact: z
      .boolean()
      .describe(
        'False where only the first 2,000 were counted, in all and by plan: there are so many, or more.',
      ),
    busy: count.nullable().describe('Held up by locks of somebody else; null while Redis cannot be asked.'),
    oldestAt: instantText.nullable(),
    oldestAgeSeconds: count,
    hold: holdShape.nullable(),
    putAside: z
      .strictObject({
        accounts: count,
        open: count.describe('That nobody has acknowledged or snoozed.'),
        oldestOpenAgeSeconds: count.describe('Of the open ones; 0 where there is none.'),
      })
      .describe('Not among those that are due.'),
    plans: z.array(z.strictObject({ plan: z.enum(PLAN_NAMES), accounts: count, oldestAt: instantText })),
  })
  .meta({ id: 'Due' });

const aheadShape = z
  .strictObject({
    countedAt: instantText.describe('Workers count every 20 seconds or less often, and not during a sweep.'),
    days: z
      .array(
        z.strictObject({
          on: dateText,
          due: z
            .partialRecord(z.enum(PLAN_NAMES), count)
            .describe('Accounts by the plan that they will have.'),
          accounts: count,
          connects: count.describe('What these boundaries grant by the terms as they are known now.'),
        }),
      )
      .describe('UTC days, from today on.'),
  })
  .meta({ id: 'DueAhead' });

const DAY_MS = 86_400_000;
const aheadWhat = `expected whole days, such as 30d, and ${AHEAD_MAX_DAYS}d at the most`;

const aheadField = z
  .string()
  .transform((text) => (parseDuration(text) ?? 0) / DAY_MS)
  .refine((days) => Number.isInteger(days) && days >= 1 && days <= AHEAD_MAX_DAYS, aheadWhat)
  .describe(
    `Who will be due per day instead: such as 30d, and ${AHEAD_MAX_DAYS}d at the most; not with asOf.`,
  );

const question = z
  .strictObject({
    asOf: instantField
      .optional()
      .describe("Taken as now; the database's clock less two minutes when absent."),
    ahead: aheadField.optional(),
  })
  .superRefine(({ asOf, ahead }, context) => {
    if (asOf !== undefined && ahead !== undefined)
      context.addIssue({ code: 'custom', path: ['ahead'], message: 'cannot be given with asOf' });
  });

export const DUE_ROUTES: readonly ApiRoute[] = [
  reads({
    path: '/v1/due',
    id: 'countDue',
    about: 'Overview',
    summary: 'How many accounts are due, since when, by plan; or, with ahead, who will be due per day',
    query: question,
    answer: z.union([dueShape, aheadShape]),
    handle: async ({ app, query: { asOf: asked, ahead } }) => {
      if (ahead !== undefined)
        return aheadJson((await readDueAhead(app.readDb, ahead)) ?? (await countDueAhead(app.readDb, ahead)));
      const asOf = await resolveAsOf({ db: app.db, settings: app.config }, asked);
      return dueJson(await lookAtDueQuickly(app, asOf));
    },
  }),
];
