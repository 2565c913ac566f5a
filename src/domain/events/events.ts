/**
 * The facts that other systems tell: what an event is made of, how it is read, and what makes two the same.
 * What an event *does* is apply-event.ts.
 */
import { z } from 'zod';
import { ACCOUNT_KINDS, type AccountKind } from '../account.ts';
import { formatInstant } from '../calendar.ts';
import {
  accountIdField,
  amountField,
  type QuickField,
  choiceField,
  emailField,
  factIdField,
  faultsIn,
  instantField,
  localeField,
  isRecord,
  localDateField,
  quickFields,
  reasonField,
  signedAmountField,
  zoneField,
} from './fields.ts';
import { type Fault, PLAN_NAMES, type PlanName } from '../terms.ts';

/** On every event: its unique id, whose it is, and when it happened outside. */
const common = { id: factIdField, account: accountIdField, at: instantField };

const eventSchema = <const Type extends string, Fields extends z.ZodRawShape>(type: Type, fields: Fields) =>
  z.object({ ...common, type: z.literal(type), ...fields });

const plain = <const Type extends string>(type: Type) => eventSchema(type, {});

/** Unknown extra fields are ignored: senders may add theirs before this system learns of them. */
export const eventSchemas = {
  'account.opened': eventSchema('account.opened', {
    kind: choiceField(ACCOUNT_KINDS),
    plan: choiceField(PLAN_NAMES),
    email: emailField,
    zone: zoneField.default('UTC'),
    locale: localeField.optional(),
  }),
  'readiness-test.passed': plain('readiness-test.passed'),
  'plan.upgraded': plain('plan.upgraded'),
  'plan.downgraded': plain('plan.downgraded'),
  'payment.failed': eventSchema('payment.failed', { cycleOn: localDateField }),
  'account.suspended': plain('account.suspended'),
  'account.reinstated': plain('account.reinstated'),
  'account.closed': plain('account.closed'),
  'account.zone-changed': eventSchema('account.zone-changed', { zone: zoneField }),
  'account.contact-changed': eventSchema('account.contact-changed', { email: emailField }),
  'account.locale-changed': eventSchema('account.locale-changed', { locale: localeField }),
  'notices.opted-out': plain('notices.opted-out'),
  'notices.opted-in': plain('notices.opted-in'),
  'connects.spent': eventSchema('connects.spent', { amount: amountField }),
  'connects.purchased': eventSchema('connects.purchased', { amount: amountField }),
  'proposal.submitted': eventSchema('proposal.submitted', { proposal: factIdField, connects: amountField }),
  'proposal.carried': eventSchema('proposal.carried', { proposal: factIdField, connects: amountField }),
  'connects.returned': eventSchema('connects.returned', {
    amount: amountField,
    proposal: factIdField.optional(),
  }),
  'interview.requested': eventSchema('interview.requested', {
    interview: factIdField,
    proposal: factIdField.optional(),
  }),
  'interview.replied': eventSchema('interview.replied', { interview: factIdField }),
  'balance.adjusted': eventSchema('balance.adjusted', { amount: signedAmountField, reason: reasonField }),
} as const;

export type EventType = keyof typeof eventSchemas;
export const EVENT_TYPES = Object.keys(eventSchemas) as readonly EventType[];

/** One event as parsed: `at` in milliseconds, defaults filled in, unknown fields gone. */
export type EventOf<Type extends EventType> = Readonly<z.infer<(typeof eventSchemas)[Type]>>;
export type MemberEvent = { [Type in EventType]: EventOf<Type> }[EventType];

export type ParsedEvent =
  | { readonly ok: true; readonly event: MemberEvent }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Unknown → one event, or every fault at once: which field, and what was expected. */
export function parseEvent(input: unknown): ParsedEvent {
  if (!isRecord(input))
    return {
      ok: false,
      faults: [{ where: '(all)', what: 'expected an object: { "id", "account", "at", "type", … }' }],
    };
  const { type } = input;
  if (!isEventType(type))
    return { ok: false, faults: [...faultsIn(commonOnly.safeParse(input)), unknownType] };
  const event = readQuickly(type, input);
  if (event) return { ok: true, event };
  const parsed = eventSchemas[type].safeParse(input);
  const faults = [...faultsIn(parsed), ...faultsOfOpening(input)];
  if (!parsed.success || faults.length > 0) return { ok: false, faults };
  return { ok: true, event: parsed.data };
}

/** How a type's fields are read, in the order of its schema; of types all of whose fields can be read by hand. */
const quickTypes = new Map(
  EVENT_TYPES.flatMap((type): [EventType, (readonly [string, QuickField])[]][] => {
    const fields = Object.entries(eventSchemas[type].shape).map(
      ([name, field]) =>
        [name, name === 'type' ? (value: unknown) => value as string : quickFields.get(field)] as const,
    );
    const known = fields.flatMap(([name, read]) => (read ? [[name, read] as const] : []));
    return known.length === fields.length ? [[type, known]] : [];
  }),
);

/** What the schema would come to; undefined where it has to be asked. */
function readQuickly(type: EventType, input: Readonly<Record<string, unknown>>): MemberEvent | undefined {
  const fields = quickTypes.get(type);
  if (!fields) return undefined;
  const event: Record<string, unknown> = {};
  for (const [name, read] of fields) {
    const value = read(input[name]);
    if (value === undefined) return undefined;
    event[name] = value;
  }
  return event as MemberEvent;
}

const commonOnly = z.object(common);
const unknownType: Fault = { where: 'type', what: `expected one of ${EVENT_TYPES.join(', ')}` };
const isEventType = (type: unknown): type is EventType =>
  typeof type === 'string' && Object.hasOwn(eventSchemas, type);

/** Looked for in the raw event, so that another fault does not hide it. */
function faultsOfOpening({ type, kind, plan }: Record<string, unknown>): Fault[] {
  return type === 'account.opened' ? faultsOfKindAndPlan(kind, plan) : [];
}

/** An agency's plan is `agency`, and no one else's. Silent where either is no kind or no plan at all. */
export function faultsOfKindAndPlan(kind: unknown, plan: unknown): Fault[] {
  if (!ACCOUNT_KINDS.includes(kind as AccountKind) || !PLAN_NAMES.includes(plan as PlanName)) return [];
  if ((kind === 'agency') === (plan === 'agency')) return [];
  return [
    {
      where: 'plan',
      what: kind === 'agency' ? 'expected agency, the plan of agencies' : 'expected basic or plus',
    },
  ];
}

/**
 * The content of an event in one canonical form: the known fields as parsed, by name. Two events with one id are the
 * same fact if and only if these are equal.
 */
export function contentOf(event: MemberEvent): string {
  const fields: Readonly<Record<string, unknown>> = event;
  let text = '';
  // Text from the start: a list of pairs, sorted and turned into JSON, takes four times as long.
  for (const name of FIELD_NAMES[event.type]) {
    const value = name === 'at' ? formatInstant(event.at) : fields[name];
    if (value !== undefined) text += `${text === '' ? '' : ','}["${name}",${JSON.stringify(value)}]`;
  }
  return `[${text}]`;
}

/** Sorted. */
const FIELD_NAMES = Object.fromEntries(
  EVENT_TYPES.map((type) => [type, Object.keys(eventSchemas[type].shape).toSorted()]),
) as Record<EventType, string[]>;
