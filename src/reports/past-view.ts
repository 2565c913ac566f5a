/**
 * The tables of one account as they stood at an instant: what was written later is not there, and what has changed since
 * is as it was. Each statement is given a WITH clause whose names stand before the tables of the same name, so that
 * whatever reads an account reads its past by the same words.
 */
import type { Binding, Queryable } from '../db/query.ts';
import { toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import type { Played } from './past-account.ts';

/** What stood, for one table: its SELECT, and what it is given. */
interface Stood {
  readonly sql: string;
  readonly bindings: readonly Binding[];
}

/** Nothing in the tables says these of the past. */
export const NOT_RECORDED = [
  'the email address and the language',
  'what had become of an email, unless it was sent',
  'how often a failed account had been tried, where it was tried again later',
] as const;

/** @param past of the account, up to `until` */
export function pastView(db: Queryable, id: string, past: Played, until: Instant): Queryable {
  const tables = new Map(Object.entries(tablesOf(id, past, until)));
  const names = [...tables.keys()];
  const raw = (sql: string, bindings: readonly Binding[] = []): unknown => {
    const read = names.filter((name) => new RegExp(`\\b(?:FROM|JOIN) ${name}\\b`).test(sql));
    const stood = read.map((name) => tables.get(name) as Stood);
    const given = read.map((name, index) => `${name} AS (${stood[index]?.sql ?? ''})`);
    const clause = given.length > 0 ? `WITH ${given.join(', ')} ` : '';
    return db.raw(`${clause}${sql}`, [...stood.flatMap((one) => one.bindings), ...bindings] as never);
  };
  return { raw, userParams: db.userParams } as unknown as Queryable;
}

function tablesOf(id: string, past: Played, until: Instant): Record<string, Stood> {
  const at = toDate(until);
  const posted = (table: string): Stood => ({
    sql: `SELECT * FROM ${table} WHERE account_id = ? AND posted_at <= ?`,
    bindings: [id, at],
  });
  return {
    entries: posted('entries'),
    cycles: posted('cycles'),
    decisions: posted('decisions'),
    amendments: posted('amendments'),
    events: eventsOf(id, past, at),
    account_spans: spansOf(id, past),
    proposals: proposalsOf(id, past),
    interviews: interviewsOf(id, past),
    awards: {
      sql: 'SELECT * FROM awards WHERE account_id = ? AND interview IN (?)',
      bindings: [id, idsOf(past.replayed.records.awards.keys())],
    },
    outbox: outboxOf(id, at),
    failures: failuresOf(id, at),
  };
}

/** A list that no statement refuses; nothing has this id. */
const idsOf = (ids: Iterable<string>): readonly string[] => ['', ...ids];

/** What had come, and did not count before later, waited. */
const eventsOf = (id: string, { counted }: Played, at: string): Stood => ({
  sql: `SELECT arrival, id, account_id, type, at, content_hash, content, IF(id IN (?), state, 'waiting') AS state,
               IF(id IN (?), effective_at, NULL) AS effective_at, IF(id IN (?), late, 0) AS late, received_at, token_id
          FROM events WHERE account_id = ? AND received_at <= ?`,
  bindings: [idsOf(counted), idsOf(counted), idsOf(counted), id, at],
});

/** One changed at the instant of another took its place. */
function spansOf(id: string, { replayed }: Played): Stood {
  const spans = new Map(replayed.spans.map((one) => [one.fromAt, one]));
  const rows = [...spans.values()].map((one) => ({ ...one, fromAt: toDate(one.fromAt) }));
  return {
    sql: `SELECT ? AS account_id, from_at, anchor_on, zone, plan
            FROM JSON_TABLE(?, '$[*]' COLUMNS (from_at DATETIME(3) PATH '$.fromAt', anchor_on DATE PATH '$.anchorOn',
              zone VARCHAR(64) PATH '$.zone', plan VARCHAR(16) PATH '$.plan')) AS stood`,
    bindings: [id, JSON.stringify(rows)],
  };
}

const proposalsOf = (id: string, { replayed }: Played): Stood => ({
  sql: `SELECT account_id, proposal, stood.spent, stood.refunded, stood.rewarded_by, stood.closed_by
          FROM proposals JOIN JSON_TABLE(?, '$[*]' COLUMNS (id VARCHAR(100) PATH '$.id', spent INT PATH '$.spent',
            refunded INT PATH '$.refunded', rewarded_by VARCHAR(100) PATH '$.rewardedBy',
            closed_by VARCHAR(100) PATH '$.closedBy')) AS stood ON stood.id COLLATE utf8mb4_bin = proposal
         WHERE account_id = ?`,
  bindings: [JSON.stringify([...replayed.records.proposals.values()]), id],
});

function interviewsOf(id: string, { replayed }: Played): Stood {
  const { interviews } = replayed.records;
  const replied = [...interviews.values()].filter((one) => one.repliedAt !== null).map((one) => one.id);
  return {
    sql: `SELECT account_id, interview, proposal, requested_at, IF(interview IN (?), replied_at, NULL) AS replied_at
            FROM interviews WHERE account_id = ? AND interview IN (?)`,
    bindings: [idsOf(replied), id, idsOf(interviews.keys())],
  };
}

/** Only when it was sent is kept; what was too old was so from the beginning. */
const outboxOf = (id: string, at: string): Stood => ({
  sql: `SELECT id, account_id, kind, ref,
               CASE WHEN sent_at <= ? OR state IN ('pending', 'too-old') THEN state WHEN state = 'sent' THEN 'pending'
                    ELSE 'not-recorded' END AS state,
               first_cycle_on, last_cycle_on, run_id, staged_at, next_attempt_at, lease_until, attempts,
               IF(sent_at <= ?, last_error, NULL) AS last_error, IF(sent_at <= ?, sent_at, NULL) AS sent_at
          FROM outbox WHERE account_id = ? AND staged_at <= ?`,
  bindings: [at, at, at, id, at],
});

const failuresOf = (id: string, at: string): Stood => ({
  sql: `SELECT account_id, run_id,
               CASE WHEN cleared_at <= ? THEN 'cleared' WHEN put_aside_at <= ? THEN 'put-aside'
                    ELSE 'retrying' END AS state,
               code, message, IF(last_at <= ?, attempts, 1) AS attempts, first_at,
               IF(last_at <= ?, last_at, first_at) AS last_at, retry_at,
               IF(put_aside_at <= ?, put_aside_at, NULL) AS put_aside_at,
               IF(cleared_at <= ?, cleared_at, NULL) AS cleared_at
          FROM failures WHERE account_id = ? AND first_at <= ?`,
  bindings: [at, at, at, at, at, at, id, at],
});
