/** The small picture in a tile: how its figure went within the last hours, as it was written down. */
import type { Instant } from '../../domain/calendar.ts';
import type { FleetSample } from '../../ledger/fleet-samples.ts';
import { PAST_MS } from '../../reports/fleet-past.ts';
import { formatAge } from '../../words.ts';
import { Sparkline } from '../charts/small.tsx';
import { grouped } from '../parts/numbers.tsx';

interface PastProps {
  readonly now: Instant;
  /** The oldest first. */
  readonly past: readonly FleetSample[];
  readonly of: string;
  readonly value: (sample: FleetSample) => number | null;
  /** What it is now: samples are some minutes old. */
  readonly current: number | null;
  /** How a value is told. Default: as a number. */
  readonly told?: (value: number) => string;
  readonly isBad?: boolean;
}

export function Past({ of, now, past, value, current, told = grouped, isBad = false }: PastProps) {
  const all = [...past.map((one) => ({ at: one.at, value: value(one) })), { at: now, value: current }];
  const seen = all.flatMap((one) => (one.value === null ? [] : [{ ...one, value: one.value }]));
  const values = seen.map((one) => one.value);
  const label = `${of}, the last ${formatAge(PAST_MS / 1_000)}: ${told(Math.min(...values))} to ${told(Math.max(...values))}`;
  return <Sparkline label={label} seen={seen} from={now - PAST_MS} to={now} isBad={isBad} />;
}
