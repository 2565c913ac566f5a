/** /v1/failures/rerun: settling those that were put aside. */
import { z } from 'zod';
import { formatInstant } from '../../domain/calendar.ts';
import { openRerun } from '../../operations/runs/rerun.ts';
import { submitLeft } from '../../operations/runs/sweep.ts';
import { whomBody, whomOf } from './failure-filter.ts';
import { count, counts, dryRunField, instantText } from './fields.ts';
import { type ApiRoute, changes } from './route.ts';

const rerunBody = whomBody
  .extend({
    dryRun: dryRunField.describe(
      'Says whom it would be over; what it would come to is known only by settling.',
    ),
  })
  .describe('Whom: something that narrows it, or all.');

const rerunShape = z.strictObject({
  outcome: z.enum(['opened', 'previewed', 'nothing-put-aside']),
  run: count.optional(),
  asOf: instantText.optional(),
  accounts: count,
  byCode: counts.optional().describe('Accounts by the error that they were put aside with.'),
  submitted: count
    .optional()
    .describe('Jobs; null where Redis was away: the next sweep submits them.')
    .nullable(),
});

export const RERUN_ROUTES: readonly ApiRoute[] = [
  changes({
    path: '/v1/failures/rerun',
    id: 'rerunFailures',
    about: 'Failures',
    summary: 'Settle those that were put aside, in a run of their own, as of now',
    body: rerunBody,
    answer: rerunShape,
    handle: async ({ app, body, caller: { actor }, signal }) => {
      const { reason, dryRun, expect } = body;
      const filter = await whomOf(app, body);
      const deps = { db: app.db, log: app.log, settings: app.config };
      const opened = await openRerun(deps, { filter, actor, reason, dryRun, expect });
      if (opened.outcome === 'nothing-put-aside') return { outcome: opened.outcome, accounts: 0 };
      const told = {
        outcome: opened.outcome,
        accounts: opened.accounts,
        byCode: opened.byCode,
        asOf: formatInstant(opened.run.asOf),
      };
      if (opened.outcome === 'previewed') return told;
      // The run stands: what Redis cannot take now, the next sweep submits.
      const submitted = await submitLeft(app.sweepDeps, opened.run, signal).catch(() => null);
      return { ...told, run: opened.run.id, submitted };
    },
  }),
];
