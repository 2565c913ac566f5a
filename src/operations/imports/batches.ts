/** Rows of a file, so many at a time, and never more of them than memory has room for. */

/** Characters of one batch: a line may have 64 thousand, and what is read of it takes several times as much. */
const LENGTH_MAX = 4 * 1024 * 1024;

export async function* inBatches<Row extends { readonly raw?: string | Buffer }>(
  rows: AsyncIterable<Row>,
  rowsMax: number,
): AsyncGenerator<Row[]> {
  let batch: Row[] = [];
  let length = 0;
  for await (const row of rows) {
    batch.push(row);
    length += row.raw?.length ?? 0;
    if (batch.length < rowsMax && length < LENGTH_MAX) continue;
    yield batch;
    batch = [];
    length = 0;
  }
  if (batch.length > 0) yield batch;
}
