/**
 * The metrics, in Prometheus' text. Dashboards and alerts hold these names; none has a label per account or run.
 * Everything is read when asked for, from SQL and Redis, so every process answers the same, and a restart loses nothing.
 */
import { Counter, Gauge, Registry } from 'prom-client';
import type { QueueState } from './queue/inspector.ts';
import { FAILURE_CODES } from './ledger/failure-codes.ts';
import type { RunKind, RunState } from './ledger/runs.ts';
import type { Measures } from './reports/measures.ts';
import { BUCKETS, type HistogramName } from './tally.ts';

export interface MetricSource {
  readonly measures: Measures;
  /** Null while Redis is away: then its metrics are absent, not zero. */
  readonly queues: readonly QueueState[] | null;
  readonly tallies: ReadonlyMap<string, number> | null;
  /** Accounts that are due and that somebody else has locked. */
  readonly busy: number | null;
  /** How far clocks are ahead of this machine's, in milliseconds, by server. */
  readonly skewMs: ReadonlyMap<string, number>;
  /** How far what reports are read from is behind, in milliseconds; NaN where that cannot be asked. */
  readonly replicaBehindMs: number;
  /** What the last audit found; null before the first. */
  readonly auditDrift: number | null;
  readonly version: string;
}

/** One line of documentation per metric; the runbook has a heading for each alert on them. */
export const METRICS = {
  connects_due_accounts: 'Accounts that are due and not put aside.',
  connects_oldest_due_age_seconds: 'How long the oldest of them has been due: the service level.',
  connects_busy_accounts:
    'Accounts that are due, and that workers find locked by somebody else; all others are settled.',
  connects_last_success_timestamp_seconds: 'When a sweep last ended with nothing left to settle.',
  connects_runs_total: 'Runs by kind and state.',
  connects_cycles_total: 'Cycles settled, by outcome.',
  connects_cycle_errors_total: 'Attempts at accounts that failed, by error code.',
  connects_put_aside_accounts: 'Accounts that are put aside, by error code.',
  connects_put_aside_oldest_age_seconds: 'How long the oldest of them has been put aside.',
  connects_settle_batch_size: 'Accounts settled in one transaction.',
  connects_settle_duration_seconds: 'How long such a transaction took.',
  connects_queue_jobs: 'Jobs by queue and state.',
  connects_queue_workers: 'Connected workers by queue.',
  connects_queue_oldest_waiting_age_seconds: 'How long the job that is next has waited.',
  connects_queue_overdue_delayed_jobs: 'Delayed jobs whose time has come and that nobody moved.',
  connects_queue_lost_shards:
    'Shards of a queue, over a cluster, that no server answers for; the others have their work.',
  connects_outbox_oldest_age_seconds: 'How long the oldest notice has waited to be sent.',
  connects_mail_not_taken_seconds: 'How long the mail server has taken nobody’s letters; 0 while it does.',
  connects_hold: 'Whether the ledger, or all mail, is held: 1 or 0.',
  connects_hold_age_seconds: 'For how long; 0 while it is not.',
  connects_emails_total: 'Notices handled by senders, by outcome.',
  connects_refused_sign_ins_total:
    'Requests that came with no good token: unknown, or limited because of those before.',
  connects_waiting_events: 'Events that wait for their account to be brought current.',
  connects_waiting_events_oldest_age_seconds: 'How long the oldest of them has waited.',
  connects_scheduler_slots:
    'Slots of the last day: fired, merged, missed, late, doubled; and ticks that joined or failed.',
  connects_clock_skew_seconds: "How far a server's clock is ahead of this process's.",
  connects_replica_behind_seconds:
    'How far the replica that reports are read from is behind; 0 where there is none, NaN where it cannot be asked.',
  connects_audit_drift: 'What the last audit found; NaN before the first.',
  connects_build_info: 'Which version runs here.',
} as const;
type MetricName = keyof typeof METRICS;

/** Series that there are from the beginning, because an alert on an increase misses the first of a new one. */
const RUN_KINDS: readonly RunKind[] = ['sweep', 'rerun', 'backfill', 'reversal'];
const RUN_STATES: readonly RunState[] = [
  ...(['running', 'completed', 'completed-with-failures'] as const),
  ...(['stopping', 'stopped', 'failed'] as const),
];
const CYCLE_OUTCOMES = ['granted', 'no-monthly-grant', 'before-program', 'account-inactive'];
const REFUSED_SIGN_INS = ['unknown', 'limited'];
const EMAIL_OUTCOMES = ['sent', 'refused', 'suppressed', 'postponed', 'given-back'];
type Values = readonly (readonly [labels: Record<string, string>, value: number])[];

export async function renderMetrics(source: MetricSource): Promise<string> {
  const registry = new Registry();
  const { measures, queues, tallies } = source;
  addMeasures(registry, measures);
  if (queues) addQueues(registry, queues, measures.now);
  if (tallies) addTallies(registry, tallies);
  if (source.busy !== null) gauge(registry, 'connects_busy_accounts', [[{}, source.busy]]);
  const skews = [...source.skewMs].map(([server, ms]) => [server, ms / 1_000] as const);
  gauge(registry, 'connects_clock_skew_seconds', labelled('server', new Map(skews)));
  gauge(registry, 'connects_replica_behind_seconds', [[{}, source.replicaBehindMs / 1_000]]);
  // A series that is there from the beginning; NaN is neither drift nor the absence of it.
  gauge(registry, 'connects_audit_drift', [[{}, source.auditDrift ?? NaN]]);
  const built = { version: source.version, node: process.version };
  gauge(registry, 'connects_build_info', [[built, 1]]);
  return registry.metrics();
}

function addMeasures(registry: Registry, measures: Measures): void {
  const age = (since: number | null): Values => [
    [{}, since === null ? 0 : secondsSince(measures.now, since)],
  ];
  gauge(registry, 'connects_due_accounts', [[{}, measures.due]]);
  gauge(registry, 'connects_oldest_due_age_seconds', age(measures.oldestDueAt));
  if (measures.lastSuccessAt !== null)
    gauge(registry, 'connects_last_success_timestamp_seconds', [[{}, measures.lastSuccessAt / 1_000]]);
  counter(registry, 'connects_runs_total', allRuns(measures));
  counter(registry, 'connects_cycle_errors_total', labelled('code', allCodes(measures)));
  gauge(registry, 'connects_put_aside_accounts', labelled('code', measures.putAside));
  gauge(registry, 'connects_put_aside_oldest_age_seconds', age(measures.oldestPutAsideAt));
  gauge(registry, 'connects_outbox_oldest_age_seconds', age(measures.oldestUnsentAt));
  gauge(registry, 'connects_mail_not_taken_seconds', age(measures.mailNotTakenSince));
  const holds = Object.entries(measures.heldSince);
  const ofHolds = (valueOf: (since: number | null) => number): Values =>
    holds.map(([kind, since]) => [{ kind }, valueOf(since)]);
  gauge(
    registry,
    'connects_hold',
    ofHolds((since) => (since === null ? 0 : 1)),
  );
  gauge(
    registry,
    'connects_hold_age_seconds',
    ofHolds((since) => (since === null ? 0 : secondsSince(measures.now, since))),
  );
  gauge(registry, 'connects_waiting_events', [[{}, measures.waitingEvents]]);
  gauge(registry, 'connects_waiting_events_oldest_age_seconds', age(measures.oldestWaitingEventAt));
  if (!measures.ticks) return;
  const { fired, merged, missed, late, doubled, joined, failed } = measures.ticks;
  const slots = new Map(Object.entries({ fired, merged, missed, late, doubled, joined, failed }));
  gauge(registry, 'connects_scheduler_slots', labelled('what', slots));
}

const allCodes = ({ failedAttempts }: Measures): ReadonlyMap<string, number> =>
  new Map([...FAILURE_CODES.map((code) => [code, 0] as const), ...failedAttempts]);

const allRuns = ({ runs }: Measures): Values =>
  RUN_KINDS.flatMap((kind) =>
    RUN_STATES.map((state) => {
      const found = runs.find((one) => one.kind === kind && one.state === state);
      return [{ kind, state }, found?.runs ?? 0] as const;
    }),
  );

function addQueues(registry: Registry, queues: readonly QueueState[], now: number): void {
  gauge(
    registry,
    'connects_queue_jobs',
    queues.flatMap((one) =>
      (['waiting', 'active', 'delayed'] as const).map(
        (state) => [{ queue: one.queue, state }, one[state]] as const,
      ),
    ),
  );
  gauge(
    registry,
    'connects_queue_workers',
    per(queues, (one) => one.workers),
  );
  gauge(
    registry,
    'connects_queue_oldest_waiting_age_seconds',
    per(queues, ({ oldest }) => (oldest ? secondsSince(now, oldest.addedAt) : 0)),
  );
  gauge(
    registry,
    'connects_queue_overdue_delayed_jobs',
    per(queues, (one) => one.overdue),
  );
  gauge(
    registry,
    'connects_queue_lost_shards',
    per(queues, (one) => one.lost),
  );
}

const per = (queues: readonly QueueState[], valueOf: (queue: QueueState) => number): Values =>
  queues.map((one) => [{ queue: one.queue }, valueOf(one)]);

function addTallies(registry: Registry, tallies: ReadonlyMap<string, number>): void {
  counter(registry, 'connects_cycles_total', labelled('outcome', under('cycles', tallies, CYCLE_OUTCOMES)));
  counter(registry, 'connects_emails_total', labelled('outcome', under('emails', tallies, EMAIL_OUTCOMES)));
  const signIns = under('sign-ins', tallies, REFUSED_SIGN_INS);
  counter(registry, 'connects_refused_sign_ins_total', labelled('reason', signIns));
  histogram(registry, 'connects_settle_batch_size', 'settle-batch-size', tallies);
  histogram(registry, 'connects_settle_duration_seconds', 'settle-duration', tallies);
}

/** `cycles:granted` under `cycles` is `granted`. */
function under(
  prefix: string,
  tallies: ReadonlyMap<string, number>,
  known: readonly string[] = [],
): Map<string, number> {
  const found = new Map(known.map((name) => [name, 0]));
  for (const [name, value] of tallies)
    if (name.startsWith(`${prefix}:`)) found.set(name.slice(prefix.length + 1), value);
  return found;
}

const labelled = (label: string, values: ReadonlyMap<string, number>): Values =>
  [...values].map(([name, value]) => [{ [label]: name }, value]);

const secondsSince = (now: number, since: number): number => Math.max(0, (now - since) / 1_000);

function gauge(registry: Registry, name: MetricName, values: Values): void {
  const made = new Gauge({ name, help: METRICS[name], labelNames: namesOf(values), registers: [registry] });
  for (const [labels, value] of values) made.set(labels, value);
}

function counter(registry: Registry, name: MetricName, values: Values): void {
  const made = new Counter({ name, help: METRICS[name], labelNames: namesOf(values), registers: [registry] });
  for (const [labels, value] of values) made.inc(labels, value);
}

/** Without values there is no series at all, rather than one without its labels. */
const namesOf = (values: Values): string[] => Object.keys(values[0]?.[0] ?? { none: '' });

/** Counts were added up elsewhere, bucket by bucket: the library can only count by itself, so the lines are ours. */
function histogram(
  registry: Registry,
  name: MetricName,
  tally: HistogramName,
  tallies: ReadonlyMap<string, number>,
): void {
  const own = under(tally, tallies);
  let count = 0;
  const buckets = [...BUCKETS[tally], '+Inf'].map((bound) => {
    count += own.get(String(bound)) ?? 0;
    return { metricName: `${name}_bucket`, labels: { le: String(bound) }, value: count };
  });
  const totals = [
    { metricName: `${name}_sum`, labels: {}, value: own.get('sum') ?? 0 },
    { metricName: `${name}_count`, labels: {}, value: count },
  ];
  const metric = { name, help: METRICS[name], type: 'histogram', values: [...buckets, ...totals] };
  registry.registerMetric({ name, get: () => Promise.resolve(metric) } as never);
}
