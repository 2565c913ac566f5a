/** /v1/failures/acknowledge and the like: what people say of those that are put aside. It settles nobody. */
import { z } from 'zod';
import { instantField } from '../../domain/events/fields.ts';
import { careJson } from '../../json/failures.ts';
import type { Care } from '../../ledger/failure-care.ts';
import { careForFailures } from '../../operations/runs/care-for-failures.ts';
import { type WhomAsked, whomBody, whomOf } from './failure-filter.ts';
import { count, lineField } from './fields.ts';
import { type ApiRoute, changes } from './route.ts';

const careShape = z
  .strictObject({
    changed: count.describe('Accounts that it was said of; of a dry run, would be.'),
    left: z
      .array(z.string())
      .describe('Of the accounts that were named: those that are not put aside, or not as it was asked for.'),
    dryRun: z.boolean(),
  })
  .meta({ id: 'FailureCare' });

interface CareRoute<Body> {
  readonly name: string;
  readonly summary: string;
  readonly body: Body;
  readonly careOf: (asked: z.output<Body>) => Care;
}

const caring = <Body extends z.ZodType<WhomAsked>>({
  name,
  summary,
  body,
  careOf,
}: CareRoute<Body>): ApiRoute =>
  changes({
    path: `/v1/failures/${name}`,
    id: `${name}Failures`,
    about: 'Failures',
    summary,
    body,
    answer: careShape,
    handle: async ({ app, body: asked, caller: { actor } }) => {
      const { reason, expect, dryRun } = asked;
      const filter = await whomOf(app, asked);
      const request = { filter, care: careOf(asked as z.output<Body>), actor, reason, expect, dryRun };
      return careJson(await careForFailures(app.db, request), dryRun);
    },
  });

export const CARE_ROUTES: readonly ApiRoute[] = [
  caring({
    name: 'acknowledge',
    summary: 'Somebody knows of them: no alert reminds of them until they fail anew',
    body: whomBody,
    careOf: ({ reason }) => ({ kind: 'ack', reason }),
  }),
  caring({
    name: 'snooze',
    summary: 'Not to be looked at before an instant: then they come back by themselves',
    body: whomBody.extend({ until: instantField.describe('When they come back; an instant to come.') }),
    careOf: ({ until, reason }) => ({ kind: 'snooze', until, reason }),
  }),
  caring({
    name: 'assign',
    summary: 'Whose they are',
    body: whomBody.extend({ to: lineField(100).nullable().describe("A name; null for nobody's any more.") }),
    careOf: ({ to }) => ({ kind: 'assign', assignee: to }),
  }),
  caring({
    name: 'note',
    summary: 'What is known of them; a later note takes the place of an earlier one',
    body: whomBody.extend({ text: lineField(500) }),
    careOf: ({ text }) => ({ kind: 'note', text }),
  }),
  caring({
    name: 'reopen',
    summary: 'Take an acknowledgement or a snooze back',
    body: whomBody,
    careOf: () => ({ kind: 'reopen' }),
  }),
];
