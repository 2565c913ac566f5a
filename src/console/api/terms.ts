/** /v1/terms: the numbers that the program grants by. */
import { z } from 'zod';
import { rowSchema } from '../../domain/terms.ts';
import { termsJson } from '../../json/terms.ts';
import { listTermsVersions } from '../../ledger/terms-versions.ts';
import { belowNumber, cursorField, pageFrom } from './cursor.ts';
import { count, instantText, limitField, pageOf } from './fields.ts';
import { type ApiRoute, reads } from './route.ts';

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
];
