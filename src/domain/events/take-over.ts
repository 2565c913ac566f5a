/** Reading what is known of an account when this system takes it over: a scenario's account, a row of a file. */
import { z } from 'zod';
import { ACCOUNT_KINDS, ACCOUNT_STATUSES, type TakeOver } from '../account.ts';
import { formatInstant, isKnownZone, isLocalDate, localDateOf, parseInstant } from '../calendar.ts';
import { faultsOfKindAndPlan } from './events.ts';
import {
  accountIdField,
  choiceField,
  emailField,
  faultsIn,
  instantField,
  localeField,
  isRecord,
  localDateField,
  openingBalanceField,
  zoneField,
} from './fields.ts';
import { type Fault, PLAN_NAMES } from '../terms.ts';

export const takeOverSchema = z.strictObject({
  id: accountIdField,
  kind: choiceField(ACCOUNT_KINDS),
  plan: choiceField(PLAN_NAMES),
  email: emailField.optional(),
  locale: localeField.optional(),
  zone: zoneField.default('UTC'),
  anchorOn: localDateField,
  trackedFrom: instantField,
  openingBalance: openingBalanceField,
  status: choiceField(ACCOUNT_STATUSES).default('active'),
  readinessAwarded: z.boolean({ error: 'expected true or false' }).default(false),
});

export type ParsedTakeOver =
  | {
      readonly ok: true;
      readonly takeOver: TakeOver;
      readonly email: string | null;
      /** A BCP 47 tag. */
      readonly locale: string | null;
    }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Unknown → an account to take over, or every fault at once. `trackedFrom` is text, as in a file. */
export function parseTakeOver(input: unknown): ParsedTakeOver {
  const parsed = takeOverSchema.safeParse(input);
  const faults = [...faultsIn(parsed), ...faultsBetweenFields(input)];
  if (!parsed.success || faults.length > 0) return { ok: false, faults };
  const { email, locale, ...takeOver } = parsed.data;
  return { ok: true, takeOver, email: email ?? null, locale: locale ?? null };
}

/** Looked for in the raw fields, so that a misspelt one does not hide a contradiction between two others. */
function faultsBetweenFields(input: unknown): Fault[] {
  if (!isRecord(input)) return [];
  const { kind, plan, anchorOn, trackedFrom, zone = 'UTC' } = input;
  return [...faultsOfKindAndPlan(kind, plan), ...faultsOfAnchor(anchorOn, trackedFrom, zone)];
}

/**
 * An anchor after the take-over belongs to nobody's past. Both the zone's date and UTC's count as the date of the
 * take-over, because cut-overs are written in UTC and anchors are not.
 */
function faultsOfAnchor(anchorOn: unknown, trackedFrom: unknown, zone: unknown): Fault[] {
  if (typeof anchorOn !== 'string' || typeof trackedFrom !== 'string' || typeof zone !== 'string') return [];
  const at = parseInstant(trackedFrom);
  if (!isLocalDate(anchorOn) || at === undefined || !isKnownZone(zone)) return [];
  const latest = [localDateOf(at, zone), localDateOf(at, 'UTC')].toSorted().at(-1) as string;
  return anchorOn <= latest
    ? []
    : [{ where: 'anchorOn', what: `expected a date not after trackedFrom, ${formatInstant(at)}` }];
}
