/**
 * The slots of a cron pattern, by the parser that the scheduler's library itself uses: so what is expected here is what
 * fires there. The library as a whole is much larger, and no command but the scheduler needs it for this.
 */
import { CronExpressionParser } from 'cron-parser';

/** Slots follow one another, and are asked for again by every page: a day of minutes of a pattern or two. */
const KNOWN_MAX = 4_000;
const known = new Map<string, number>();

/** The first slot after an instant, in UTC; Infinity where there is none. @throws for what is no pattern */
export function nextSlot(pattern: string, after: number): number {
  if (!Number.isFinite(after)) return Infinity;
  const key = `${after} ${pattern}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const next = findNext(pattern, after);
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(key, next);
  return next;
}

function findNext(pattern: string, after: number): number {
  const slots = CronExpressionParser.parse(pattern, { tz: 'UTC', currentDate: new Date(after) });
  try {
    return slots.next().getTime();
  } catch {
    return Infinity;
  }
}

/** How far a scheduler's clock may be ahead of the one that is gone by. */
const AHEAD_MAX_MS = 30_000;

/** The latest slot that can be next: a scheduler whose clock is a little ahead may have taken the one before early. */
export const latestNextSlot = (pattern: string, now: number): number => nextSlot(pattern, now + AHEAD_MAX_MS);

const HOUR_MS = 3_600_000;
/** Any Sunday. From it, every hour of a week and every tenth day of a year and more is looked at. */
const LOOKED_FROM = Date.parse('2023-01-01T00:00:00Z');
const LOOKED_AT = [
  ...Array.from({ length: 8 * 24 }, (_, n) => LOOKED_FROM + n * HOUR_MS),
  ...Array.from({ length: 43 }, (_, n) => LOOKED_FROM + n * 240 * HOUR_MS),
];

/** Whether a pattern has two neighbouring slots that are further apart than this, nights and week-ends included. */
export const hasLongerGap = (pattern: string, ms: number): boolean =>
  LOOKED_AT.some((at) => {
    const slot = nextSlot(pattern, at - 1);
    return slot - at > ms || nextSlot(pattern, slot) - slot > ms;
  });

/** The slot that a tick's job stands for: its id ends in it. */
export function slotOf(job: { readonly id?: string | undefined; readonly timestamp: number }): number {
  const [, millis] = /:(\d{10,})$/.exec(job.id ?? '') ?? [];
  return millis === undefined ? job.timestamp : Number(millis);
}
