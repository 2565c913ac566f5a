/** The description of POST /v1/events, which src/console/events-api.ts serves. */
import { z } from 'zod';
import { DECISION_CODES } from '../../domain/account.ts';
import { eventSchemas } from '../../domain/events/events.ts';
import { instantText } from './fields.ts';
import type { ApiRoute } from './route.ts';

const id = z.union([z.string(), z.number()]).nullable().describe('As it was sent.');

const outcomeShape = z
  .union([
    z.strictObject({
      id,
      outcome: z.enum(['applied', 'refused']),
      codes: z.array(z.enum(DECISION_CODES)),
      effectiveAt: instantText,
      late: z.boolean(),
    }),
    z.strictObject({ id, outcome: z.enum(['duplicate', 'unknown-account']) }),
    z.strictObject({ id, outcome: z.literal('conflict'), message: z.string() }),
    z.strictObject({ id, outcome: z.enum(['waiting', 'busy']), code: z.string(), message: z.string() }),
    z.strictObject({
      id,
      outcome: z.literal('invalid'),
      faults: z.array(z.strictObject({ where: z.string(), what: z.string() })),
    }),
  ])
  .meta({ id: 'EventOutcome' });

const event = z.union(Object.values(eventSchemas)).meta({ id: 'Event' });

export const EVENTS_ROUTE: ApiRoute = {
  method: 'post',
  path: '/v1/events',
  id: 'bringEvents',
  about: 'Events',
  summary:
    'One event, or a list of up to 1,000; an outcome for each. Sending them again changes nothing twice',
  roles: ['ingest', 'operator'],
  body: z.union([event, z.array(event).min(1).max(1_000)]),
  answer: z.union([outcomeShape, z.strictObject({ results: z.array(outcomeShape) })]),
  statuses: [200, 202],
  alsoAnswered: [409, 422, 503],
};
