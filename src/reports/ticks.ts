/**
 * How punctual the scheduler is: which slots of its pattern had a tick, which had none, and which had a late one.
 * A missed slot costs nothing by itself, because the next tick sweeps whoever is due; but many of them are a symptom.
 */
import type { Queryable } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import type { Tick } from '../ledger/runs.ts';
import { countSlotTicks, findFirstSlot, listSlotTicks } from '../ledger/ticks.ts';

export interface TickReport {
  readonly from: Instant;
  readonly to: Instant;
  /** Slots that have passed since `from`. */
  readonly slots: number;
  /** Slots with a tick. */
  readonly fired: number;
  /** Slots without one, which a later tick made up for. */
  readonly merged: number;
  /** Slots without one, and no tick came since. */
  readonly missed: number;
  /** Ticks that came more than half a minute after their slot. */
  readonly late: number;
  /** Slots with more than one: two schedulers, harmless. */
  readonly doubled: number;
  /** Ticks that found a sweep running, and joined it. */
  readonly joined: number;
  readonly failed: number;
}

export interface TickQuestion {
  readonly now: Instant;
  /** The first slot after an instant; Infinity where there is none. */
  readonly next: (after: Instant) => Instant;
}

const DAY_MS = 86_400_000;
/** Slots that are looked at: a pattern of seconds is looked at over a shorter time. */
const SLOTS_MAX = 1_500;
const LATE_MS = 30_000;

/** Undefined where no scheduler ever ticked: then something else, such as cron, calls `connects sweep`. */
export async function readTicks(db: Queryable, question: TickQuestion): Promise<TickReport | undefined> {
  const { now } = question;
  const first = await findFirstSlot(db);
  if (first === undefined) return undefined;
  const from = Math.max(first, now - DAY_MS, earliestSlot(question));
  const ticks = await listSlotTicks(db, { from, to: now, limit: SLOTS_MAX * 4 });
  const outcomes = await countSlotTicks(db, from);
  return {
    ...compareTicks(slotsBetween(question, from), ticks, now),
    from,
    to: now,
    joined: outcomes.get('joined') ?? 0,
    failed: outcomes.get('failed') ?? 0,
  };
}

/** So far back that the slots up to now are as many as are looked at. */
function earliestSlot({ now, next }: TickQuestion): Instant {
  const slot = next(now);
  const apartMs = next(slot) - slot;
  return Number.isFinite(apartMs) ? now - apartMs * SLOTS_MAX : -Infinity;
}

function slotsBetween({ now, next }: TickQuestion, from: Instant): Instant[] {
  const slots: Instant[] = [];
  for (let slot = next(from - 1); slot <= now && slots.length < SLOTS_MAX; slot = next(slot))
    slots.push(slot);
  return slots;
}

type Compared = Pick<TickReport, 'slots' | 'fired' | 'merged' | 'missed' | 'late' | 'doubled'>;

/** A slot of the last half minute may still get its tick: it is no slot yet. */
export function compareTicks(
  slots: readonly Instant[],
  ticks: readonly Pick<Tick & { slotAt: Instant }, 'at' | 'slotAt'>[],
  now: Instant,
): Compared {
  const perSlot = new Map<Instant, number>();
  for (const { slotAt } of ticks) perSlot.set(slotAt, (perSlot.get(slotAt) ?? 0) + 1);
  const lastSlot = Math.max(0, ...perSlot.keys());
  const passed = slots.filter((slot) => slot <= now - LATE_MS || slot <= lastSlot);
  const lastAt = Math.max(0, ...ticks.map((tick) => tick.at));
  const without = passed.filter((slot) => !perSlot.has(slot));
  return {
    slots: passed.length,
    fired: passed.length - without.length,
    merged: without.filter((slot) => slot < lastAt).length,
    missed: without.filter((slot) => slot >= lastAt).length,
    late: ticks.filter((tick) => tick.at - tick.slotAt > LATE_MS).length,
    doubled: [...perSlot.values()].filter((count) => count > 1).length,
  };
}

/** What became of a slot: swept (also where nobody was due), late, merged into a later tick, missed, failed, or held. */
export const SLOT_STATES = ['swept', 'late', 'merged', 'missed', 'failed', 'held'] as const;
export type SlotState = (typeof SLOT_STATES)[number];

export interface Slot {
  readonly at: Instant;
  readonly state: SlotState;
}

/** The latest slots that have passed, the oldest first, at most `limit`; none where no scheduler ever ticked. */
export async function listSlots(
  db: Queryable,
  { now, next }: TickQuestion,
  limit: number,
): Promise<readonly Slot[]> {
  const first = await findFirstSlot(db);
  const slot = next(now);
  const apartMs = next(slot) - slot;
  if (first === undefined || !Number.isFinite(apartMs)) return [];
  const from = Math.max(first, now - apartMs * (limit + 1));
  const ticks = await listSlotTicks(db, { from, to: now, limit: limit * 4 });
  const lastAt = Math.max(0, ...ticks.map((tick) => tick.at));
  const bySlot = new Map(ticks.map((tick) => [tick.slotAt, tick]));
  return slotsBetween({ now, next }, from)
    .filter((at) => at <= now - LATE_MS || bySlot.has(at))
    .slice(-limit)
    .map((at) => ({ at, state: stateOf(at, bySlot.get(at), lastAt) }));
}

function stateOf(slot: Instant, tick: Tick | undefined, lastAt: Instant): SlotState {
  if (!tick) return slot < lastAt ? 'merged' : 'missed';
  if (tick.outcome === 'failed' || tick.outcome === 'held') return tick.outcome;
  return tick.at - slot > LATE_MS ? 'late' : 'swept';
}
