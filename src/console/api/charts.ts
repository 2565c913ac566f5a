/** What the charts of the overview are drawn from. */
import { z } from 'zod';
import { formatInstant } from '../../domain/calendar.ts';
import { readFlowsPerDay } from '../../reports/connects-per-day.ts';
import { readCyclesGrid } from '../../reports/cycles-grid.ts';
import { amount, count, dateText, instantText, wholeNumber } from './fields.ts';
import { type ApiRoute, reads } from './route.ts';

const isCounted = z
  .boolean()
  .describe('False while what was posted before these sums were kept is not counted yet.');

const flowsShape = z
  .strictObject({
    isCounted,
    days: z
      .array(
        z.strictObject({
          on: dateText,
          granted: amount,
          expired: amount,
          awarded: amount,
          spent: amount,
          bought: amount,
          other: amount.describe('Recoveries, reversals, corrections and returns, with their sign.'),
          accounts: count.describe('That a boundary granted something.'),
        }),
      )
      .describe(
        'UTC days of effect, the oldest first; without today. What expired and was spent is above zero.',
      ),
  })
  .meta({ id: 'DailyConnects' });

const gridShape = z
  .strictObject({
    isCounted,
    lookedAt: instantText.nullable().describe('When the last look for holes over all accounts ended.'),
    days: z
      .array(
        z.strictObject({
          on: dateText,
          settled: count,
          missing: count.describe('Boundaries that gave nothing because they have no settlement.'),
          failed: count.describe('Accounts put aside that wait at this cycle.'),
          isAhead: z.boolean(),
        }),
      )
      .describe('Of whole months, the oldest first.'),
    holes: z
      .array(z.strictObject({ from: dateText, to: dateText, cycles: count }))
      .describe('Days next to each other on which cycles are missing.'),
  })
  .meta({ id: 'CyclesGrid' });

export const CHART_ROUTES: readonly ApiRoute[] = [
  reads({
    path: '/v1/connects-per-day',
    id: 'showDailyConnects',
    about: 'Overview',
    summary: 'Connects granted, expired, awarded, spent and bought per day',
    query: z.strictObject({ days: wholeNumber(1, 400).default(30) }),
    answer: flowsShape,
    handle: ({ app, query: { days } }) => readFlowsPerDay(app.readDb, days),
  }),
  reads({
    path: '/v1/cycles',
    id: 'showCyclesGrid',
    about: 'Overview',
    summary: 'Cycles by day: settled, missing, failed; and the holes among them',
    query: z.strictObject({ months: wholeNumber(1, 36).default(12) }),
    answer: gridShape,
    handle: async ({ app, query: { months } }) => {
      const { lookedAt, ...grid } = await readCyclesGrid(app.readDb, { months });
      return { ...grid, lookedAt: lookedAt === null ? null : formatInstant(lookedAt) };
    },
  }),
];
