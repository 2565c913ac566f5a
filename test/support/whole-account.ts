/** Everything that an installation keeps of one account, and the same as the pure rules have it: to be compared. */
import type { Database } from '../../src/db/connection.ts';
import { selectRows } from '../../src/db/query.ts';
import type { Account, Entry } from '../../src/domain/account.ts';
import type { Award, Interview, Proposal } from '../../src/domain/events/records.ts';
import type { Scenario } from '../../src/domain/simulation/scenario.ts';
import { type DecisionView, decisionView, replay } from '../../src/domain/simulation/simulate.ts';
import type { Settlement } from '../../src/domain/settle.ts';
import type { Span } from '../../src/domain/spans.ts';
import { findAccount } from '../../src/ledger/accounts.ts';
import { exportRows } from '../../src/reports/exports.ts';

export interface WholeAccount {
  readonly account: Account | null;
  readonly entries: readonly Entry[];
  /** As they are exported. */
  readonly decisions: readonly DecisionView[];
  readonly settlements: readonly Settlement[];
  readonly spans: readonly Span[];
  readonly proposals: readonly Proposal[];
  readonly interviews: readonly Interview[];
  readonly awards: readonly Award[];
}

const byId = <Value extends { id?: string; interview?: string }>(values: Iterable<Value>): Value[] =>
  [...values].toSorted((a, b) => ((a.id ?? a.interview ?? '') < (b.id ?? b.interview ?? '') ? -1 : 1));

/** What the pure rules make of a story. */
export function playWhole(scenario: Scenario): WholeAccount {
  const { account, entries, decisions, settlements, spans, records } = replay(scenario);
  // Of several spans that begin at one instant the last one holds.
  const lasting = new Map(spans.map((span) => [span.fromAt, span]));
  return {
    account,
    entries,
    settlements,
    decisions: decisions.map(decisionView),
    spans: [...lasting.values()].toSorted((a, b) => a.fromAt - b.fromAt),
    proposals: byId(records.proposals.values()),
    interviews: byId(records.interviews.values()),
    awards: byId(records.awards.values()),
  };
}

/** What the database has. */
export async function readWhole(db: Database, id: string): Promise<WholeAccount> {
  const row = await findAccount(db, id);
  return {
    account: row?.account ?? null,
    entries: await readEntries(db, id),
    decisions: await readDecisions(db, id),
    settlements: await readSettlements(db, id),
    spans: await readSpans(db, id),
    proposals: byId(await readProposals(db, id)),
    interviews: byId(await readInterviews(db, id)),
    awards: byId(await readAwards(db, id)),
  };
}

const instants = <Row extends object>(row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Date ? value.getTime() : (value as unknown),
    ]),
  ) as Row;

async function rowsOf<Row extends object>(db: Database, sql: string, id: string): Promise<Row[]> {
  return (await selectRows<Row>(db, sql, [id])).map(instants);
}

const readEntries = (db: Database, id: string): Promise<Entry[]> =>
  rowsOf(
    db,
    `SELECT seq, kind, amount, balance_after AS balance, effective_at AS effectiveAt, occurred_at AS occurredAt,
            cycle_on AS cycleOn, subject, proposal FROM entries WHERE account_id = ? ORDER BY seq`,
    id,
  );

async function readDecisions(db: Database, account: string): Promise<DecisionView[]> {
  const found: DecisionView[] = [];
  for await (const { account: _account, ...row } of exportRows(db, 'decisions', { account }))
    found.push(row as unknown as DecisionView);
  return found;
}

const readSettlements = (db: Database, id: string): Promise<Settlement[]> =>
  rowsOf(
    db,
    `SELECT cycle_on AS cycleOn, starts_at AS startsAt, next_on AS nextOn, opening, carried, expired, free, paid,
            recovered, closing, plan, cap, code FROM cycles WHERE account_id = ? ORDER BY decision_no`,
    id,
  );

const readSpans = (db: Database, id: string): Promise<Span[]> =>
  rowsOf(
    db,
    `SELECT from_at AS fromAt, anchor_on AS anchorOn, zone, plan FROM account_spans
      WHERE account_id = ? ORDER BY from_at`,
    id,
  );

const readProposals = (db: Database, id: string): Promise<Proposal[]> =>
  rowsOf(
    db,
    `SELECT proposal AS id, spent, refunded, rewarded_by AS rewardedBy, closed_by AS closedBy FROM proposals
      WHERE account_id = ?`,
    id,
  );

const readInterviews = (db: Database, id: string): Promise<Interview[]> =>
  rowsOf(
    db,
    `SELECT interview AS id, proposal, requested_at AS requestedAt, replied_at AS repliedAt FROM interviews
      WHERE account_id = ?`,
    id,
  );

const readAwards = (db: Database, id: string): Promise<Award[]> =>
  rowsOf(
    db,
    'SELECT interview, proposal, occurred_at AS occurredAt, amount FROM awards WHERE account_id = ?',
    id,
  );

/** One text that changes with any change of any row of any table. */
export async function checksumOf(db: Database): Promise<string> {
  const tables = await selectRows<{ name: string }>(
    db,
    `SELECT table_name AS name FROM information_schema.tables
      WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY table_name`,
  );
  const sums = await selectRows<{ Table: string; Checksum: number }>(
    db,
    `CHECKSUM TABLE ${tables.map((one) => one.name).join(', ')} EXTENDED`,
  );
  return sums.map((one) => `${one.Table} ${one.Checksum}`).join('\n');
}
