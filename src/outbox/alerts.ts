/** SQL of `alerts`: what each channel was last told of each alert. */
import { isDuplicateKey } from '../db/errors.ts';
import { type Queryable, execute, insertRows, selectRows, toDate } from '../db/query.ts';
import type { AlertName, ToldAlert } from '../domain/alerts.ts';
import type { Instant } from '../domain/calendar.ts';

/** Of one alert on one channel. */
export interface AlertKey {
  readonly name: AlertName;
  readonly channel: string;
}

export type StoredAlert = AlertKey & ToldAlert;

export async function listAlerts(db: Queryable): Promise<StoredAlert[]> {
  const rows = await selectRows<AlertKey & { state: ToldAlert['state']; since: Date; toldAt: Date }>(
    db,
    'SELECT name, channel, state, since, told_at AS toldAt FROM alerts ORDER BY name, channel LIMIT 1000',
  );
  return rows.map((row) => ({ ...row, since: row.since.getTime(), toldAt: row.toldAt.getTime() }));
}

/** @param before what it was when it was looked at. False where somebody else has written since. */
export async function writeAlert(
  db: Queryable,
  alert: StoredAlert,
  before: ToldAlert | undefined,
): Promise<boolean> {
  if (before === undefined) return insertAlert(db, alert);
  const written = await execute(
    db,
    'UPDATE alerts SET state = ?, since = ?, told_at = ? WHERE name = ? AND channel = ? AND state = ? AND told_at = ?',
    [
      alert.state,
      toDate(alert.since),
      toDate(alert.toldAt),
      alert.name,
      alert.channel,
      before.state,
      toDate(before.toldAt),
    ],
  );
  return written.affectedRows === 1;
}

async function insertAlert(
  db: Queryable,
  { name, channel, state, since, toldAt }: StoredAlert,
): Promise<boolean> {
  try {
    await insertRows(
      db,
      'alerts',
      ['name', 'channel', 'state', 'since', 'told_at'],
      [[name, channel, state, toDate(since), toDate(toldAt)]],
    );
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** Of channels that nobody has told of anything for so long: what lasts is told once a day. */
export async function deleteAlerts(db: Queryable, before: Instant, limit: number): Promise<number> {
  const written = await execute(db, 'DELETE FROM alerts WHERE told_at < ? ORDER BY name, channel LIMIT ?', [
    toDate(before),
    limit,
  ]);
  return written.affectedRows;
}
