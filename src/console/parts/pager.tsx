/** Pages by the key of their first or last row: no page is numbered, none costs more than another. */
import type { Child } from 'hono/jsx';

interface PagerProps {
  /** Addresses, with the filters kept; undefined where there is nothing more that way. */
  readonly newer?: string | undefined;
  readonly older?: string | undefined;
  readonly words?: readonly [newer: string, older: string];
  /** For whoever listens. */
  readonly label?: string;
  /** At the left. */
  readonly children?: Child;
}

export const Pager = ({
  newer,
  older,
  words = ['Newer', 'Older'],
  label = 'Pages',
  children,
}: PagerProps) => (
  <>
    <span>{children}</span>
    {newer === undefined && older === undefined ? (
      ''
    ) : (
      <nav class="r pager" aria-label={label}>
        {newer === undefined ? (
          ''
        ) : (
          <a class="btn small" href={newer} rel="prev">
            {words[0]}
          </a>
        )}
        {older === undefined ? (
          ''
        ) : (
          <a class="btn small" href={older} rel="next">
            {words[1]}
          </a>
        )}
      </nav>
    )}
  </>
);
