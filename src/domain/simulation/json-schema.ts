/** JSON Schema of both sides of `simulate`, made from the schemas that read and print them. */
import { z } from 'zod';
import { ACCOUNT_STATUSES, DECISION_CODES, ENTRY_KINDS } from '../account.ts';
import { eventSchemas } from '../events/events.ts';
import { accountIdField, instantField } from '../events/fields.ts';
import { sweepSchema } from './scenario.ts';
import { takeOverSchema } from '../events/take-over.ts';
import { PLAN_NAMES, rowSchema } from '../terms.ts';

/** An item need not repeat whose it is. */
const itemSchemas = Object.values(eventSchemas).map((one) =>
  z.object({ ...one.shape, account: accountIdField.optional() }),
);

const scenarioShape = z.strictObject({
  terms: z.array(rowSchema).min(1).optional().describe('The built-in terms where left out.'),
  account: takeOverSchema.optional().describe('Left out where the first event is account.opened.'),
  events: z.array(z.union([...itemSchemas, sweepSchema])).describe('In the order in which they arrive.'),
  until: instantField.optional().describe('Where left out, the last event is the end.'),
});

const instantText = z.string().meta({ format: 'date-time' });
const dateText = z.string().meta({ format: 'date' });

export const resultShape = z.strictObject({
  account: z.string(),
  balance: z.int().min(0),
  plan: z.enum(PLAN_NAMES),
  status: z.enum(ACCOUNT_STATUSES),
  nextCycleOn: dateText.nullable().describe('null for a closed account.'),
  entries: z
    .array(
      z.strictObject({
        effectiveAt: instantText,
        kind: z.enum(ENTRY_KINDS),
        amount: z.int(),
        balance: z.int().min(0),
        cycleOn: dateText.optional(),
        proposal: z.string().optional(),
      }),
    )
    .describe('In posting order.'),
  decisions: z
    .array(
      z.strictObject({
        at: instantText,
        subject: z.string(),
        code: z.enum(DECISION_CODES),
        detail: z.record(z.string(), z.unknown()),
      }),
    )
    .describe('In posting order.'),
});

/** `{ scenario, result }`: what `connects simulate` reads, and what it prints. */
export const simulateJsonSchema = (): { scenario: unknown; result: unknown } => ({
  scenario: z.toJSONSchema(scenarioShape, { io: 'input' }),
  result: z.toJSONSchema(resultShape),
});
