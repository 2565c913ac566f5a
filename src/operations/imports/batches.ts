/** Rows of a file, so many at a time, and never more of them than memory has room for. */
import { setImmediate as othersTurn } from 'node:timers/promises';

/** Characters of one batch: a line may have 64 thousand, and what is read of it takes several times as much. */
const LENGTH_MAX = 4 * 1024 * 1024;
/** Rows that are worked on at a stretch: between two, whatever waits for an answer of the database goes on. */
const STRETCH = 100;

export async function* inBatches<Row extends { readonly raw?: string | Buffer }>(
  rows: AsyncIterable<Row>,
  rowsMax: number,
): AsyncGenerator<Row[]> {
  let batch: Row[] = [];
  let length = 0;
  for await (const row of rows) {
    batch.push(row);
    length += row.raw?.length ?? 0;
    if (batch.length % STRETCH === 0) await othersTurn();
    if (batch.length < rowsMax && length < LENGTH_MAX) continue;
    yield batch;
    batch = [];
    length = 0;
  }
  if (batch.length > 0) yield batch;
}

/** What each row comes to. */
export async function inStretches<Row, Result>(
  rows: readonly Row[],
  work: (row: Row) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const row of rows) {
    results.push(work(row));
    if (results.length % STRETCH === 0) await othersTurn();
  }
  return results;
}
