/** /v1/adjustments: an operator's correction of a balance, by a new entry. */
import { z } from 'zod';
import { DECISION_CODES } from '../../domain/account.ts';
import { accountIdField, factIdField, signedAmountField } from '../../domain/events/fields.ts';
import { ConnectsError, unavailable } from '../../errors.ts';
import { adjustedJson } from '../../json/adjustments.ts';
import { type AdjustOutcome, adjustBalances } from '../../operations/events/adjust.ts';
import { changeOrRehearse } from '../rehearsing.ts';
import { BadRequest } from './failing.ts';
import { dryRunField, instantText, reasonField } from './fields.ts';
import { Answered, type ApiCall, type ApiRoute, changes } from './route.ts';

const body = z.strictObject({
  account: accountIdField,
  amount: signedAmountField.describe('Connects to add, or below 0 to take.'),
  reason: reasonField,
  key: factIdField
    .optional()
    .describe('Names this correction: it is posted once. The header Idempotency-Key says the same.'),
  dryRun: dryRunField,
});

const given = { account: z.string(), amount: z.int(), reason: z.string(), key: z.string() };
const tried = { event: z.string().optional().describe('Of a later try: the key was refused before.') };

const answer = z.union([
  z.strictObject({
    ...given,
    ...tried,
    outcome: z.enum(['applied', 'refused']),
    codes: z.array(z.enum(DECISION_CODES)),
    effectiveAt: instantText,
    late: z.boolean(),
  }),
  z.strictObject({
    ...given,
    ...tried,
    outcome: z.literal('duplicate'),
    before: z.enum(['applied', 'refused', 'waiting']).describe('What became of its first use.'),
  }),
  z.strictObject({
    ...given,
    ...tried,
    outcome: z.literal('waiting').describe('Kept, because its account cannot be brought current now (202).'),
    code: z.string(),
    message: z.string(),
  }),
]);

type Posted = Exclude<AdjustOutcome, { outcome: 'conflict' | 'unknown-account' | 'busy' }>;

/** @throws what stands in the way of it, as every other route does */
function requirePosted(outcome: AdjustOutcome, { account, key }: { account: string; key: string }): Posted {
  switch (outcome.outcome) {
    case 'conflict':
      throw new BadRequest(409, `the key ${key} was used before for something else`);
    case 'unknown-account':
      throw new ConnectsError('not-found', 'unknown-account', `there is no account ${account}`);
    case 'busy':
      throw unavailable(outcome.code, outcome.message);
    default:
      return outcome;
  }
}

function keyOf({ body: { key }, key: header }: ApiCall<unknown, unknown, z.output<typeof body>>): string {
  const named = key ?? header;
  const what = 'expected a key, or the header Idempotency-Key: 1 to 100 of A-Z a-z 0-9 . _ -';
  const wrong = named === undefined || !factIdField.safeParse(named).success;
  if (wrong || (key !== undefined && header !== undefined && key !== header))
    throw new BadRequest(
      422,
      `the body is not right: key: ${wrong ? what : 'is another one than the header'}`,
      [{ where: 'key', what: wrong ? what : 'is another one than the header Idempotency-Key' }],
    );
  return named;
}

export const ADJUSTMENT_ROUTES: readonly ApiRoute[] = [
  changes({
    path: '/v1/adjustments',
    id: 'adjustBalance',
    about: 'Accounts',
    summary: 'Correct a balance by a new entry; the same key again changes nothing once it is posted',
    body,
    answer,
    statuses: [200, 202],
    takesKey: true,
    handle: async (call) => {
      const { app, body: asked, caller } = call;
      const { account, amount, reason, dryRun } = asked;
      const one = { account, amount, reason, key: keyOf(call) };
      const request = { adjustments: [one], actor: caller.actor };
      const [outcome] = await changeOrRehearse(app, dryRun, (db) =>
        adjustBalances({ ...app.recordDeps, db }, request),
      );
      const posted = requirePosted(outcome as AdjustOutcome, one);
      return new Answered(adjustedJson({ ...one, ...posted }), posted.outcome === 'waiting' ? 202 : 200);
    },
  }),
];
