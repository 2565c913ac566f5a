/** Numbers as a chart writes them: coordinates to a tenth, an axis in few letters, a tenth of a pixel being nobody's. */
import { scaleLinear, type ScaleLinear } from 'd3-scale';

export const round = (value: number): number => Math.round(value * 10) / 10;

const UNITS = [
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;
/** Below it a number is written out. */
const WRITTEN_OUT_MAX = 10_000;

/** `0`, `1,500`, `20k`, `1.5M`, `2B`; a minus sign before what is below zero. */
export function shortCount(count: number): string {
  const size = Math.abs(count);
  const sign = count < 0 ? '−' : '';
  if (size < WRITTEN_OUT_MAX) return `${sign}${size.toLocaleString('en-US')}`;
  const [unit, letter] = UNITS.find(([least]) => size >= least) ?? [1, ''];
  return `${sign}${Number((size / unit).toFixed(2))}${letter}`;
}

/**
 * Counts on a height, with room for all of them and for zero. @param bounds the least and the most
 * @param range the pixel of the lower end, then that of the upper
 */
export function countScale(
  [least, most]: readonly [number, number],
  range: readonly [number, number],
  ticksMax: number,
): ScaleLinear<number, number> {
  const isEmpty = least >= 0 && most <= 0;
  return scaleLinear()
    .domain([Math.min(0, least), isEmpty ? 1 : Math.max(0, most)])
    .nice(ticksMax)
    .range(range);
}

/** Whole numbers only: there is no half account. */
export const countTicks = (scale: ScaleLinear<number, number>, ticksMax: number): number[] =>
  scale.ticks(ticksMax).filter((one) => Number.isInteger(one));

/** The least and the most of many, with no list of arguments to overflow; `[0, 0]` of none. */
export function boundsOf(values: readonly number[]): [number, number] {
  let [least, most] = [values[0] ?? 0, values[0] ?? 0];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

/** The one in the middle, by size; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
