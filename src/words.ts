/** Numbers, durations and names as people read them. */

/**
 * A command that somebody is to type, about one account: `connects adjust a1 --yes`. An id may look like a flag; then it
 * comes last, behind the sign that no flag follows.
 */
export function commandOn(command: string, account: string, flags = ''): string {
  const words = account.startsWith('-') ? [command, flags, '--', account] : [command, account, flags];
  return words.filter((one) => one !== '').join(' ');
}

/** `1234567` → `1,234,567`; whatever the machine's own language is. */
export const formatCount = (count: number): string =>
  Number.isInteger(count) && Math.abs(count) < 1_000 ? String(count) : count.toLocaleString('en-US');

/** `1 account`, `2,000 accounts`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** `1,200 granted, 3 before-program` */
export const listOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${formatCount(count)} ${name}`)
    .join(', ') || 'none';

const DAY_S = 86_400;
const HOUR_S = 3_600;

/** Seconds in at most two units: `45 s`, `12 min`, `3 h 20 min`, `9 d 4 h`. */
export function formatAge(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  if (seconds < 2 * DAY_S) return twoUnits(Math.floor(seconds / HOUR_S), 'h', minutes % 60, 'min');
  return twoUnits(Math.floor(seconds / DAY_S), 'd', Math.floor((seconds % DAY_S) / HOUR_S), 'h');
}

const twoUnits = (large: number, unit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${formatCount(large)} ${unit}` : `${formatCount(large)} ${unit} ${small} ${smallUnit}`;

/** How far from now an instant is told by how far it is. */
const NEAR_MS = 14 * DAY_S * 1_000;

/** `3 h ago`, `in 4 min`; the date (UTC) of what is more than two weeks away. Both in milliseconds. */
export function formatNear(at: number, now: number): string {
  const apartMs = at - now;
  if (Math.abs(apartMs) > NEAR_MS) return new Date(at).toISOString().slice(0, 10);
  const [count, unit] = formatAge(Math.abs(apartMs) / 1_000).split(' ');
  return apartMs > 0 ? `in ${count} ${unit}` : `${count} ${unit} ago`;
}

/** For what begins a sentence. */
export const upperFirst = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
