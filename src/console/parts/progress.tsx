/** How far something is: done green, left out grey, failed red, the rest still empty. */
import { grouped } from './numbers.tsx';

interface ProgressProps {
  readonly settled: number;
  readonly failed: number;
  readonly remaining: number;
  readonly skipped: number;
  /** In a row of a table. */
  readonly slim?: boolean;
  /** What was done to what is green. */
  readonly word?: string;
}

const WIDTH = 1_000;

export function ProgressBar({ settled, failed, remaining, skipped, slim, word = 'settled' }: ProgressProps) {
  const all = settled + failed + remaining + skipped;
  const wide = (count: number): number => Math.round((count / Math.max(1, all)) * WIDTH);
  const [done, gone, bad] = [wide(settled), wide(skipped), wide(failed)];
  return (
    <svg
      class={slim ? 'bar slim' : 'bar'}
      viewBox={`0 0 ${WIDTH} 10`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${grouped(settled)} of ${grouped(all)} ${word}`}
    >
      <rect x={0} y={0} width={done} height={10} class="f-grant" />
      <rect x={done} y={0} width={gone} height={10} class="f-mute" />
      <rect x={done + gone} y={0} width={bad} height={10} class="f-bad" />
    </svg>
  );
}
