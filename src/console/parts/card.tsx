/** A piece of a page: a heading, what belongs to it at its right, its content, a footer. */
import type { Child } from 'hono/jsx';

interface CardProps {
  readonly title?: Child;
  /** Beside the heading, at the right. */
  readonly aside?: Child;
  /** Instead of a heading: tabs, say. */
  readonly header?: Child;
  readonly footer?: Child;
  /** Columns of twelve that it takes within `cols`. */
  readonly width?: 3 | 4 | 5 | 6 | 7 | 8 | 9 | 12;
  /** A table reaches the border by itself. */
  readonly bare?: boolean;
  readonly id?: string;
  readonly children?: Child;
}

export function Card({ title, aside, header, footer, width, bare, id, children }: CardProps) {
  const headed = title !== undefined || header !== undefined || aside !== undefined;
  return (
    <section class={width === undefined ? 'card' : `card w${width}`} id={id}>
      {headed ? (
        <header>
          {title === undefined ? header : <h2>{title}</h2>}
          {aside === undefined ? '' : <div class="r">{aside}</div>}
        </header>
      ) : (
        ''
      )}
      {bare ? children : <div class="in">{children}</div>}
      {footer === undefined ? '' : <footer>{footer}</footer>}
    </section>
  );
}

/** Cards beside each other, twelve columns wide; below each other where there is no room. */
export const Columns = ({ children }: { readonly children?: Child }) => <div class="cols">{children}</div>;

/** Names and values below each other. */
export const Facts = ({ rows }: { readonly rows: readonly (readonly [name: Child, value: Child])[] }) => (
  <dl class="facts">
    {rows.map(([name, value]) => (
      <div>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);
