/** /v1/terms: the numbers that the program grants by. */
import { z } from 'zod';
import { type Fault, TERMS_ROWS_MAX, parseTerms, rowSchema } from '../../domain/terms.ts';
import { appliedJson, termsJson } from '../../json/terms.ts';
import { listTermsVersions } from '../../ledger/terms-versions.ts';
import { applyTerms } from '../../operations/upkeep/apply-terms.ts';
import { belowNumber, cursorField, pageFrom } from './cursor.ts';
import { BadRequest } from './failing.ts';
import { count, dryRunField, instantText, limitField, pageOf, reasonField } from './fields.ts';
import { type ApiRoute, changes, reads } from './route.ts';

const versionShape = z
  .strictObject({
    version: count,
    terms: z.array(rowSchema),
    contentHash: z.string(),
    appliedAt: instantText,
    actor: z.string(),
    reason: z.string(),
  })
  .meta({ id: 'TermsVersion' });

const applyBody = z.strictObject({
  terms: z
    .array(rowSchema)
    .min(1)
    .max(TERMS_ROWS_MAX)
    .describe('The rows of every date, the first first. Rows that anything was settled by stay as they are.'),
  despiteAwards: z
    .boolean()
    .default(false)
    .describe('Also where awards and upgrades were posted by numbers that change: they stay as they are.'),
  reason: reasonField,
  dryRun: dryRunField,
});

const faulty = (faults: readonly Fault[]): BadRequest =>
  new BadRequest(
    422,
    'these terms cannot be stored: see faults',
    faults.map(({ where, what }) => ({ where: `terms.${where}`, what })),
  );

export const TERMS_ROUTES: readonly ApiRoute[] = [
  reads({
    path: '/v1/terms',
    id: 'listTerms',
    about: 'Terms',
    summary: 'Versions of the terms, the latest first; a run pins one',
    query: z.strictObject({ limit: limitField, cursor: cursorField('terms', belowNumber) }),
    answer: pageOf(versionShape),
    handle: async ({ app, query: { limit, cursor } }) =>
      pageFrom(await listTermsVersions(app.db, limit + 1, cursor), limit, {
        list: 'terms',
        keyOf: ({ version }) => version,
        toJson: termsJson,
      }),
  }),
  changes({
    path: '/v1/terms',
    id: 'applyTerms',
    about: 'Terms',
    summary: 'Store a new version: runs from then on pin it; what was granted before stays as it was',
    body: applyBody,
    answer: z.strictObject({
      outcome: z.enum(['applied', 'unchanged']),
      version: count.describe('The version that it is; of a dry run, that it would be.'),
      dryRun: z.boolean(),
    }),
    handle: async ({ app, body: { terms: rows, ...asked }, caller: { actor } }) => {
      // What must hold between rows, too.
      const parsed = parseTerms(rows);
      if (!parsed.ok) throw faulty(parsed.faults);
      const applied = await applyTerms(app, { terms: parsed.terms, actor, ...asked });
      if (applied.outcome === 'refused') throw faulty(applied.faults);
      return appliedJson(applied, asked.dryRun);
    },
  }),
];
