/** Choices beside each other, of which one is shown: links, so that each has an address. */
import type { Child } from 'hono/jsx';
import { grouped } from './numbers.tsx';

export interface Choice {
  readonly label: Child;
  readonly href: string;
  readonly count?: number;
  readonly current: boolean;
}

export const Tabs = ({ label, choices }: { readonly label: string; readonly choices: readonly Choice[] }) => (
  <nav class="tabs" aria-label={label}>
    {choices.map((one) => (
      <a href={one.href} aria-current={one.current ? 'true' : undefined}>
        {one.label}
        {one.count === undefined ? '' : <b> {grouped(one.count)}</b>}
      </a>
    ))}
  </nav>
);
