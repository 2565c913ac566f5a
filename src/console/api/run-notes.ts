/** /v1/runs/{run}/notes and /diff: what people wrote down about a run, and why one did more than another. */
import { z } from 'zod';
import { runDiffJson } from '../../json/run-diff.ts';
import { notedJson } from '../../json/runs.ts';
import { RUN_KINDS, RUN_STATES } from '../../ledger/runs.ts';
import { noteRun } from '../../operations/runs/note-run.ts';
import { diffRunsQuickly } from '../../reports/run-diff.ts';
import { changeOrRehearse } from '../rehearsing.ts';
import { count, counts, dryRunField, instantText, lineField, numberText, reasonField } from './fields.ts';
import { type ApiRoute, changes, reads } from './route.ts';
import { askedShape, exactness, knownCounts, stopShape } from './runs.ts';

const sideShape = z
  .strictObject({
    run: count,
    kind: z.enum(RUN_KINDS),
    state: z.enum(RUN_STATES),
    asOf: instantText,
    termsVersion: count,
    dueAtStart: count,
    asked: askedShape,
    ...exactness,
    counts: z.strictObject(knownCounts),
    stop: stopShape,
    byPlan: counts
      .nullable()
      .describe(
        'Accounts that it settled, by the plan that they had at their boundary; null, as the boundaries are, of more than 500.',
      ),
    firstBoundaryAt: instantText.nullable(),
    lastBoundaryAt: instantText.nullable(),
  })
  .meta({ id: 'RunSide' });

const diffShape = z
  .strictObject({
    sentences: z.array(z.string()).describe('What differs, and what explains it.'),
    earlier: sideShape,
    later: sideShape,
    compared: count
      .nullable()
      .describe(
        'Null where all accounts were compared; else what follows is of the first so many of each run, by id.',
      ),
    meanwhile: z
      .strictObject({
        settledBy: z.array(
          z.strictObject({ run: count.nullable().describe('Null for events.'), accounts: count }),
        ),
        stillDue: count,
        closed: count,
        notDueAgain: count,
      })
      .describe("What became of the earlier one's accounts by the as-of of the later one."),
    onlyLater: count.describe('Accounts that the later one settled, and the earlier one did not.'),
  })
  .meta({ id: 'RunDiff' });

export const RUN_NOTE_ROUTES: readonly ApiRoute[] = [
  changes({
    path: '/v1/runs/{run}/notes',
    id: 'noteRun',
    about: 'Runs',
    summary: 'Write down something about a run: it is told with it from then on',
    params: z.strictObject({ run: numberText }),
    body: z.strictObject({ note: lineField(500), reason: reasonField.optional(), dryRun: dryRunField }),
    answer: z.strictObject({ run: count, note: z.string(), actor: z.string(), dryRun: z.boolean() }),
    handle: async ({ app, params: { run }, body: { note, reason = null, dryRun }, caller: { actor } }) => {
      const request = { run, note, actor, reason };
      await changeOrRehearse(app, dryRun, (db) => noteRun({ db }, request));
      return notedJson(request, dryRun);
    },
  }),
  reads({
    path: '/v1/runs/{run}/diff/{other}',
    id: 'diffRuns',
    about: 'Runs',
    summary: 'Two runs side by side: who was due, who was settled, and who settled the others',
    params: z.strictObject({ run: numberText, other: numberText }),
    answer: diffShape,
    handle: async ({ app: { db }, params: { run, other } }) => {
      return runDiffJson(await diffRunsQuickly(db, run, other));
    },
  }),
];
