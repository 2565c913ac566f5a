/** Rows below each other. It scrolls by itself where the page is too narrow, also by keyboard. */
import type { Child } from 'hono/jsx';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Child;
  /** At the right, in figures of the same width. */
  readonly numeric?: boolean;
  /** Left out on a phone; `very`: on a tablet, too. */
  readonly wide?: boolean | 'very';
  /** The cell that names its row. Default: the first column. */
  readonly heads?: boolean;
}

interface TableProps<Row> {
  /** For whoever listens: what these rows are. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Instead of a row: one cell over all columns, with a class such as `fold` or `group`. Undefined for an ordinary row. */
  readonly across?: (row: Row) => { readonly className: string; readonly content: Child } | undefined;
  /** On a phone each row is a paragraph, whose numbers say what they are of: for rows of many words. */
  readonly stacks?: boolean;
  /** What a row's `tr` is called. */
  readonly rowClass?: (row: Row) => string | undefined;
  /** Shown where there are no rows: why, and what to do next. */
  readonly empty: Child;
}

export function Table<Row>(props: TableProps<Row>) {
  const { caption, columns, rows, empty, stacks } = props;
  if (rows.length === 0) return <>{empty}</>;
  return (
    <div class="scroll" tabindex={0} role="region" aria-label={caption}>
      <table class={stacks ? 'stacks' : undefined}>
        <caption class="sr">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col" class={classOf(column)}>
                {column.title === '' ? <span class="sr">Actions</span> : column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{rows.map((row) => toRow(props, row))}</tbody>
      </table>
    </div>
  );
}

function toRow<Row>({ columns, across, rowClass, stacks }: TableProps<Row>, row: Row) {
  const whole = across?.(row);
  if (whole)
    return (
      <tr class={whole.className}>
        <td colspan={columns.length}>{whole.content}</td>
      </tr>
    );
  const heads = Math.max(
    0,
    columns.findIndex((column) => column.heads),
  );
  return (
    <tr class={rowClass?.(row)}>
      {columns.map((column, at) =>
        at === heads ? (
          <th scope="row" class={classOf(column)}>
            {column.cell(row)}
          </th>
        ) : (
          <td class={classOf(column)} data-of={stacks && column.numeric ? column.title : undefined}>
            {column.cell(row)}
          </td>
        ),
      )}
    </tr>
  );
}

function classOf<Row>({ numeric, wide }: Column<Row>): string | undefined {
  const classes = [numeric ? 'n' : '', wide === 'very' ? 'p3' : wide ? 'p2' : ''].filter((one) => one !== '');
  return classes.length === 0 ? undefined : classes.join(' ');
}
