/** Events for tests: written as senders write them, and recorded through the one door. */
import { type Fields, factAt } from '../../scripts/stage/facts.ts';
import type { App } from '../../src/app.ts';
import { databaseNow, selectRows } from '../../src/db/query.ts';
import type { MemberEvent } from '../../src/domain/events/events.ts';
import type { Scenario } from '../../src/domain/simulation/scenario.ts';
import { parseScenario } from '../../src/domain/simulation/simulate.ts';
import { type Notify, closeRun, insertRun } from '../../src/ledger/runs.ts';
import { type EventOutcome, recordEvents } from '../../src/operations/events/record-events.ts';
import { type SettleOutcome, settleAccounts } from '../../src/operations/settling/settle-accounts.ts';
import { instantText } from '../domain/playing.ts';
import { type AccountRowGiven, toCells } from './accounts.ts';

export type { Fields };

/** `fact('e1', 'a1', '2021-02-01 10:00', 'connects.spent', { amount: 6 })`, in UTC. @throws with every fault */
export const fact = (
  id: string,
  account: string,
  at: string,
  type: string,
  fields: Fields = {},
): MemberEvent => factAt(id, account, Date.parse(instantText(at)), type, fields);

export const spent = (id: string, account: string, at: string, amount = 1): MemberEvent =>
  fact(id, account, at, 'connects.spent', { amount });

export const bought = (id: string, account: string, at: string, amount = 1): MemberEvent =>
  fact(id, account, at, 'connects.purchased', { amount });

/** A freelancer on Basic, unless told otherwise. */
export const opened = (id: string, account: string, at: string, fields: Fields = {}): MemberEvent =>
  fact(id, account, at, 'account.opened', {
    kind: 'freelancer',
    plan: 'basic',
    email: `${account}@mail.example.test`,
    ...fields,
  });

export const record = (
  app: Pick<App, 'recordDeps'>,
  events: readonly MemberEvent[],
  notify?: Notify,
): Promise<EventOutcome[]> => recordEvents(app.recordDeps, events, notify);

/** `applied`, `refused insufficient-connects`, `waiting unknown-zone`: one line for each outcome. */
export const linesOf = (outcomes: readonly EventOutcome[]): string[] =>
  outcomes.map((one) => {
    if ('codes' in one) return [one.outcome, ...one.codes].join(' ');
    return 'code' in one ? `${one.outcome} ${one.code}` : one.outcome;
  });

/** Settles accounts by a run of its own, which it closes. Give an instant as text, in UTC. */
export async function settleAsOf(
  { db, settleDeps }: Pick<App, 'db' | 'settleDeps'>,
  accounts: readonly string[],
  asOf: string | number,
): Promise<Map<string, SettleOutcome>> {
  const openKey = `test-${(nextRun += 1)}`;
  const at = await databaseNow(db);
  const run = await insertRun(db, {
    kind: 'sweep',
    asOf: typeof asOf === 'number' ? asOf : Date.parse(instantText(asOf)),
    termsVersion: await latestTerms(db),
    notify: 'digest',
    actor: 'test',
    reason: null,
    dueAtStart: accounts.length,
    at,
    openKey,
  });
  if (run === 'taken') throw new Error('the key of a test run is taken');
  try {
    return await settleAccounts(
      settleDeps,
      accounts.map((account) => ({ account, run })),
    );
  } finally {
    await closeRun(db, run, 'completed', at);
  }
}
let nextRun = 0;

async function latestTerms(db: App['db']): Promise<number> {
  const [row] = await selectRows<{ version: number }>(
    db,
    'SELECT MAX(version) AS version FROM terms_versions',
  );
  return (row as { version: number }).version;
}

/** The same story for the pure rules; without an account its first event opens it. */
export function storyOf(
  given: AccountRowGiven | null,
  items: readonly MemberEvent[],
  sweepAt?: string | number,
): Scenario {
  const account = given && takenOver(given);
  const events = items.map((event) => ({ ...event, at: new Date(event.at).toISOString() }));
  const until =
    typeof sweepAt === 'number' ? new Date(sweepAt).toISOString() : sweepAt && instantText(sweepAt);
  const parsed = parseScenario({ events, ...(account && { account }), ...(until && { until }) });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.scenario;
}

function takenOver(given: AccountRowGiven): Fields {
  const cells = toCells(given);
  return {
    id: given.id,
    kind: cells.kind,
    plan: cells.plan,
    zone: cells.zone,
    status: cells.status,
    anchorOn: cells.anchor_on,
    trackedFrom: cells.tracked_from,
    openingBalance: Number(cells.opening_balance),
  };
}
