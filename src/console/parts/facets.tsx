/** Filters with counts: what there is, and how much of it, before anybody chooses. */
import type { Choice } from './tabs.tsx';
import { grouped } from './numbers.tsx';

export interface Facet {
  readonly title: string;
  /** A choice that is current leads back to all. */
  readonly choices: readonly Choice[];
}

export const Facets = ({ label, facets }: { readonly label: string; readonly facets: readonly Facet[] }) => (
  <nav class="facets" aria-label={label}>
    {facets.map(({ title, choices }) => (
      <div>
        <h2>{title}</h2>
        {choices.map((one) => (
          <a href={one.href} aria-current={one.current ? 'true' : undefined}>
            <span>{one.label}</span>
            {one.count === undefined ? '' : <b>{grouped(one.count)}</b>}
          </a>
        ))}
      </div>
    ))}
  </nav>
);
