/** Reading what `connects simulate` is given: an account, or its opening, and the items that arrive, in order. */
import { z } from 'zod';
import type { TakeOver } from '../account.ts';
import type { Instant } from '../calendar.ts';
import { type MemberEvent, parseEvent } from '../events/events.ts';
import { accountIdField, factIdField, faultsIn, instantField, isRecord } from '../events/fields.ts';
import { parseTakeOver } from '../events/take-over.ts';
import { type Fault, type Terms, builtInTerms, parseTerms } from '../terms.ts';

/** Brings the account current to `at`, and moves nothing else. */
export interface Sweep {
  readonly type: 'sweep';
  readonly id: string;
  readonly at: Instant;
}

export type ScenarioItem = MemberEvent | Sweep;

export interface Scenario {
  readonly terms: Terms;
  readonly accountId: string;
  /** null where the first event opens the account. */
  readonly account: TakeOver | null;
  /** In the order in which they arrive. */
  readonly items: readonly ScenarioItem[];
  /** null where the last item is the end. */
  readonly until: Instant | null;
}

export type ParsedScenario =
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** The most items that one scenario may have. */
export const SCENARIO_ITEMS_MAX = 100_000;

const itemsWhat = { error: `expected a list of at most ${SCENARIO_ITEMS_MAX} events` };
const scenarioSchema = z.strictObject({
  terms: z.unknown().optional(),
  account: z.unknown().optional(),
  events: z.array(z.unknown(), itemsWhat).max(SCENARIO_ITEMS_MAX, itemsWhat),
  until: instantField.optional(),
});

export const sweepSchema = z.object({
  type: z.literal('sweep'),
  id: factIdField,
  at: instantField,
  account: accountIdField.optional(),
});

/** Unknown → a scenario, or every fault at once, each at its path (`events.3.amount`, `terms.0.welcome`). */
export function parseScenario(input: unknown): ParsedScenario {
  const outline = scenarioSchema.safeParse(input);
  const raw = isRecord(input) ? input : {};
  const faults = faultsIn(outline);
  const terms = raw.terms === undefined ? builtInTerms : parsedTerms(raw.terms, faults);
  const account = raw.account === undefined ? null : parsedAccount(raw.account, faults);
  const rawItems = Array.isArray(raw.events) ? raw.events.slice(0, SCENARIO_ITEMS_MAX) : [];
  const accountId = idOfAccount(raw.account, rawItems);
  const items = rawItems.map((item, index) => parsedItem(item, index, accountId, faults));
  if (raw.account === undefined && Array.isArray(raw.events)) faults.push(...faultsOfOpening(rawItems));
  if (!outline.success || faults.length > 0) return { ok: false, faults };
  return {
    ok: true,
    scenario: {
      terms,
      account,
      accountId: accountId as string,
      items: items.filter((item) => item !== undefined),
      until: outline.data.until ?? null,
    },
  };
}

function parsedTerms(input: unknown, faults: Fault[]): Terms {
  const parsed = parseTerms(input);
  if (parsed.ok) return parsed.terms;
  faults.push(...under('terms', parsed.faults));
  return builtInTerms;
}

function parsedAccount(input: unknown, faults: Fault[]): TakeOver | null {
  const parsed = parseTakeOver(input);
  if (parsed.ok) return parsed.takeOver;
  faults.push(...under('account', parsed.faults));
  return null;
}

/** An item need not repeat whose it is, but must not contradict it. */
function parsedItem(
  item: unknown,
  index: number,
  accountId: unknown,
  faults: Fault[],
): ScenarioItem | undefined {
  const where = `events.${index}`;
  const owned = isRecord(item) && item.account === undefined ? { ...item, account: accountId } : item;
  const before = faults.length;
  if (isRecord(owned) && owned.account !== accountId)
    faults.push({
      where: `${where}.account`,
      what: `expected ${typeof accountId === 'string' ? `${accountId}, ` : ''}the account of the scenario`,
    });
  const parsed = parseItem(owned);
  if (!parsed.ok) faults.push(...under(where, parsed.faults));
  return parsed.ok && faults.length === before ? parsed.item : undefined;
}

function parseItem(
  input: unknown,
):
  | { readonly ok: true; readonly item: ScenarioItem }
  | { readonly ok: false; readonly faults: readonly Fault[] } {
  if (isRecord(input) && input.type === 'sweep') {
    const parsed = sweepSchema.safeParse(input);
    if (!parsed.success) return { ok: false, faults: faultsIn(parsed) };
    return { ok: true, item: { type: 'sweep', id: parsed.data.id, at: parsed.data.at } };
  }
  const parsed = parseEvent(input);
  return parsed.ok ? { ok: true, item: parsed.event } : parsed;
}

/** The account's own id, or else that of the event which opens it. */
function idOfAccount(account: unknown, items: readonly unknown[]): unknown {
  return isRecord(account) ? account.id : firstEventOf(items)?.event.account;
}

/** Without an account to take over, the first event must open one. */
function faultsOfOpening(items: readonly unknown[]): Fault[] {
  const first = firstEventOf(items);
  if (!first)
    return [{ where: 'account', what: 'expected an account, or an account.opened as the first event' }];
  if (first.event.type === 'account.opened') return [];
  return [
    { where: `events.${first.index}.type`, what: 'expected account.opened, because "account" is left out' },
  ];
}

function firstEventOf(
  items: readonly unknown[],
): { index: number; event: Record<string, unknown> } | undefined {
  const index = items.findIndex((item) => !(isRecord(item) && item.type === 'sweep'));
  const event = items[index];
  return isRecord(event) ? { index, event } : undefined;
}

const under = (where: string, faults: readonly Fault[]): Fault[] =>
  faults.map((fault) => ({
    where: fault.where.startsWith('(') ? where : `${where}.${fault.where}`,
    what: fault.what,
  }));
