/** Numbers as people read them: grouped, and signed with a minus that is as wide as a plus. */
import { formatCount } from '../../words.ts';

export const MINUS = '−';

/** `1,234`, `−56`; for whoever needs it as text. */
export const grouped = (value: number): string =>
  value < 0 ? `${MINUS}${formatCount(-value)}` : formatCount(value);

/** Of what is counted up to `max`: `1,999`, and `2,000+` for so many and more. */
export const upTo = (count: number, max: number): string =>
  count >= max ? `${grouped(max)}+` : grouped(count);

/** `+80`, `−74`, `0`. */
export const signed = (value: number): string => (value > 0 ? `+${formatCount(value)}` : grouped(value));

export const Num = ({ value }: { readonly value: number }) => <span class="num">{grouped(value)}</span>;

interface SignedProps {
  readonly value: number;
  readonly lost?: boolean;
  /** How numbers are written; English where it is left out. */
  readonly say?: (value: number) => string;
}

/** What was added is green, and what expired, `lost`, amber; what was spent has no colour: red is for what needs a person. */
export function Signed({ value, lost, say = signed }: SignedProps) {
  const tone = value > 0 ? 'num plus' : lost ? 'num lost' : 'num';
  return <span class={value === 0 ? 'num qq' : tone}>{say(value)}</span>;
}

/** A count where none is good: quiet at 0, red above. */
export const BadCount = ({ value }: { readonly value: number }) => (
  <span class={value === 0 ? 'num qq' : 'num minus'}>{grouped(value)}</span>
);
