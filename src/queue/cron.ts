/** The slots of a cron pattern, by the scheduler's own arithmetic: so what is expected here is what fires there. */
import { getNextMillis } from 'bullmq';

/** The first slot after an instant, in UTC; Infinity where there is none. */
export function nextSlot(pattern: string, after: number): number {
  if (!Number.isFinite(after)) return Infinity;
  return getNextMillis(after, { pattern, tz: 'UTC' }) ?? Infinity;
}

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
