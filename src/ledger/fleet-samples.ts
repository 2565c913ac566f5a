/** SQL of `fleet_samples`: what the tiles of the overview and of the emails said, every ten minutes of the last day, for pictures only. */
import { type Queryable, execute, insertRows, selectRows, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';

export interface FleetSample {
  /** When the ten minutes began that it stands for. */
  readonly at: Instant;
  /** Accounts that were due and not put aside. */
  readonly due: number;
  /** Accounts that were put aside. */
  readonly putAside: number;
  /** Emails that were still to be sent. */
  readonly waiting: number;
  /** Seconds since everybody was found, or made, current; null where that never was. */
  readonly cleanS: number | null;
  /** Emails that were due since midnight in UTC, and were sent; null in samples of earlier versions, as the three below. */
  readonly sentToday: number | null;
  /** Emails that the mail server refused, that were too old to be sent, and that were suppressed. */
  readonly refused: number | null;
  readonly tooOld: number | null;
  readonly suppressed: number | null;
}

const COLUMNS = [
  'at',
  'due',
  'put_aside',
  'waiting',
  'clean_s',
  'sent_today',
  'refused',
  'too_old',
  'suppressed',
];

export const SAMPLE_EVERY_MS = 600_000;
/** More than are kept. */
const SAMPLES_MAX = 200;

/** The first of the same ten minutes stays: whoever else took one has seen nothing else. */
export async function addFleetSample(db: Queryable, sample: FleetSample): Promise<void> {
  await insertRows(
    db,
    'fleet_samples',
    COLUMNS,
    [
      [
        toDate(sample.at),
        sample.due,
        sample.putAside,
        sample.waiting,
        sample.cleanS,
        sample.sentToday,
        sample.refused,
        sample.tooOld,
        sample.suppressed,
      ],
    ],
    'ON DUPLICATE KEY UPDATE at = VALUES(at)',
  );
}

/** In order of their time. */
export async function listFleetSamples(db: Queryable, since: Instant): Promise<FleetSample[]> {
  const rows = await selectRows<Omit<FleetSample, 'at'> & { at: Date }>(
    db,
    `SELECT at, due, put_aside AS putAside, waiting, clean_s AS cleanS, sent_today AS sentToday, refused,
            too_old AS tooOld, suppressed
       FROM fleet_samples WHERE at >= ? ORDER BY at LIMIT ?`,
    [toDate(since), SAMPLES_MAX],
  );
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

export async function deleteFleetSamples(db: Queryable, before: Instant): Promise<void> {
  await execute(db, 'DELETE FROM fleet_samples WHERE at < ? ORDER BY at LIMIT ?', [
    toDate(before),
    SAMPLES_MAX,
  ]);
}
