/**
 * For every column, every input that a validator lets through fits. The table names what reaches each column: a new
 * column without an entry fails, and so does a validator that takes what its column has no room for.
 */
import type { Option } from 'commander';
import { commandsOf } from '../../src/cli/frame.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { noteFlag } from '../../src/cli/commands/run-note.ts';
import { userNameFlag } from '../../src/cli/commands/users.ts';
import { textFlag } from '../../src/cli/options.ts';
import { parseConfig } from '../../src/config.ts';
import { type Database, connectDatabase } from '../../src/db/connection.ts';
import { insertRows, selectRows, toDate } from '../../src/db/query.ts';
import type { Cell } from '../../src/db/tuples.ts';
import { ACCOUNT_KINDS, ACCOUNT_STATUSES, DECISION_CODES, ENTRY_KINDS } from '../../src/domain/account.ts';
import { BACKFILL_REASONS } from '../../src/domain/corrections/backfill.ts';
import { EVENT_TYPES } from '../../src/domain/events/events.ts';
import * as fields from '../../src/domain/events/fields.ts';
import { NOTICE_KINDS } from '../../src/domain/notice-kinds.ts';
import { PLAN_NAMES, rowSchema } from '../../src/domain/terms.ts';
import { TOKEN_ROLES } from '../../src/ledger/tokens.ts';
import { waitAfter } from '../../src/operations/settling/record-failures.ts';
import { NOTICE_STATES } from '../../src/outbox/outbox.ts';
import { alikeOf } from '../../src/notices/refused-alike.ts';
import { candidatesOf } from '../support/column-candidates.ts';
import { keepingCli } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';

/** A validator, and what is written of what it lets through. */
interface Feed {
  readonly by: string;
  /** What is written of a value; undefined for one that is refused. */
  readonly cell: (value: unknown) => Cell | undefined;
  /** Tried besides what the column's own limits suggest. */
  readonly values?: readonly unknown[];
}

/** What reaches a column: validators, or words that say why nothing from outside does. */
type Source = readonly Feed[] | string;

// ------------------------------------------------------------------------------------------------ validators

interface Schema {
  safeParse(value: unknown): { readonly success: boolean; readonly data?: unknown };
}

const field = (by: string, schema: Schema, values: readonly unknown[] = []): Feed => ({
  by,
  values,
  cell: (value) => {
    const parsed = schema.safeParse(value);
    return parsed.success ? (parsed.data as Cell) : undefined;
  },
});

const options: readonly Option[] = commandsOf(buildProgram(keepingCli().cli, '0.0.0')).flatMap((one) => [
  ...one.options,
]);

/** Every command's flag of that name: it lets through what any of them does. */
function flag(long: string, written: (value: never) => Cell = (value) => value): Feed {
  const parsers = options.flatMap((one) => (one.long === long && one.parseArg ? [one.parseArg] : []));
  if (parsers.length === 0) throw new Error(`there is no flag ${long}`);
  const cell = (value: unknown): Cell | undefined => {
    for (const parse of parsers)
      try {
        return written(([parse(String(value), undefined)].flat() as never[])[0] as never);
      } catch {
        // Another command may take it.
      }
    return undefined;
  };
  return { by: long, cell };
}

/** A closed set of words of the program. */
const words = (by: string, values: readonly string[]): Feed => ({
  by,
  values,
  cell: (value) => (values.includes(value as string) ? (value as string) : undefined),
});

const prefixed = (prefix: string, { by, cell }: Feed): Feed => ({
  by: `${prefix}… of ${by}`,
  cell: (value) => {
    const written = cell(value);
    return written === undefined ? undefined : `${prefix}${String(written)}`;
  },
});

const instant = field('instantField', {
  safeParse: (value: unknown) => {
    const parsed = fields.instantField.safeParse(value);
    return parsed.success ? { success: true, data: toDate(parsed.data) } : { success: false };
  },
});
const count = rowSchema.shape.welcome;

const ACCOUNT = [field('accountIdField', fields.accountIdField), flag('--account')];
const FACT = field('factIdField', fields.factIdField);
const ACTOR = flag('--actor');
const REASON = [flag('--reason'), field('reasonField', fields.reasonField)];
/** What a parser lets through, and nothing of what it refuses. */
const refused =
  (parse: (text: string) => string) =>
  (value: unknown): string | undefined => {
    try {
      return parse(String(value));
    } catch {
      return undefined;
    }
  };
const USER: Feed = { by: 'users add NAME', cell: refused(userNameFlag) };
const TOKEN: Feed = { by: 'tokens add NAME', cell: refused(textFlag(100)) };
const DATE = [field('localDateField', fields.localDateField), flag('--from'), flag('--cycle')];
const ZONE = field('zoneField', fields.zoneField, [...Intl.supportedValuesOf('timeZone'), 'UTC']);
const AMOUNT = field('amountField', fields.amountField);
const SIGNED = field('signedAmountField', fields.signedAmountField);
const COUNT = field('a number of the terms', count);
const SUBJECTS = [
  'event:',
  'interview:',
  'plan:',
  'payment:',
  'spend:',
  'proposal:',
  'return:',
  'adjustment:',
  'purchase:',
].map((prefix) => prefixed(prefix, FACT));
/** From a mail server's words, whatever they are. */
const ALIKE: Feed = {
  by: 'what refusals have in common',
  values: [
    '550 5.1.1 No such user',
    '550 5.7.1 Relaying denied',
    `554 ${'é word '.repeat(80)}`,
    `550 ${'x'.repeat(300)}`,
    '550 \u0000',
  ],
  cell: (value) => alikeOf(String(value)),
};
const ALERT_MAIL: Feed = {
  by: 'CONNECTS_ALERT_MAIL',
  values: [
    `${'a'.repeat(64)}@${['b', 'c', 'd'].map((one) => one.repeat(61)).join('.')}.e`,
    'ops@example.org',
  ],
  cell: (value) => {
    const { success, data } = setting('CONNECTS_ALERT_MAIL', 'alertMail').safeParse(value);
    const [first] = (data ?? []) as string[];
    return success && first !== undefined ? `mail:${first}` : undefined;
  },
};
const NOTIFY = words('--notify', ['none', 'digest', 'each']);

const NUMBERED = 'numbered by the database, or counted one by one';
const CLOCK = "the database's clock";
const HASH = 'a hash of 64 digits, or a random id';
const RULES = 'what the rules make of what came in: test/operations/events/limits.test.ts';
const WORD = 'a word of the program, held by a CHECK and the types';
const CUT = 'cut to what there is room for, where it is written';
const CODE = 'a code of the program, of at most 64 characters: test/docs/runbook.test.ts knows all';

/** Codes of settlements, and what became of them. */
const CYCLES = [
  'granted',
  'no-monthly-grant',
  'before-program',
  'account-inactive',
  'granted-later',
  'reversed',
];

/** Columns, and what reaches them. */
const TABLE: readonly (readonly [columns: string, source: Source])[] = [
  ['accounts.id account_spans.account_id amendments.account_id awards.account_id', ACCOUNT],
  ['backfill_items.account_id backfills.done_to contacts.account_id cycles.account_id', ACCOUNT],
  ['decisions.account_id entries.account_id events.account_id failures.account_id', ACCOUNT],
  ['failure_care.account_id member_links.account_id member_links_made.account_id', ACCOUNT],
  ['failure_care.acknowledged_by failure_care.snoozed_by failure_care.assigned_by', [ACTOR]],
  ['failure_care.noted_by member_links_made.made_by', [ACTOR]],
  ['failure_care.assignee', [flag('--assignee')]],
  [
    'failure_care.acknowledged_reason failure_care.snoozed_reason member_links_made.reason',
    [flag('--reason')],
  ],
  ['failure_care.note', [flag('--text')]],
  ['failure_care.snoozed_until', [flag('--until', (at: number) => toDate(at))]],
  ['failure_care.acknowledged_at failure_care.snoozed_at failure_care.assigned_at', CLOCK],
  ['failure_care.noted_at member_links.revoked_at member_links_made.made_at', CLOCK],
  ['member_links_made.expires_at', 'at most 90 days from now: src/operations/accounts/member-link.ts'],
  ['member_links_made.opened_at member_links_made.ended_at', CLOCK],
  [
    'member_links.revocations member_links_made.revocations',
    'made by people one by one, which are fewer than an integer counts',
  ],
  ['inactive_openings.account_id interviews.account_id lapses.account_id outbox.account_id', ACCOUNT],
  ['mail_refusals.account_id proposals.account_id rounds.reached_id run_accounts.account_id', ACCOUNT],
  ['signed_answers.account_id', ACCOUNT],
  ['events.id event_waits.event_id interviews.interview awards.interview', [FACT, flag('--key')]],
  ['interviews.proposal awards.proposal proposals.proposal entries.proposal', [FACT]],
  ['proposals.rewarded_by proposals.closed_by', [FACT]],
  ['entries.subject decisions.subject outbox.ref', SUBJECTS],
  ['accounts.kind', [words('kind', ACCOUNT_KINDS)]],
  [
    'accounts.plan accounts.pending_plan account_spans.plan amendments.plan cycles.plan',
    [words('plan', PLAN_NAMES)],
  ],
  ['accounts.status', [words('status', ACCOUNT_STATUSES)]],
  ['inactive_openings.status', [words('status', ['suspended', 'closed'])]],
  ['accounts.zone account_spans.zone backfills.zone', [ZONE]],
  ['backfills.opens backfills.closes', 'a time of day, HH:MM'],
  ['accounts.anchor_on account_spans.anchor_on accounts.cycle_on accounts.next_cycle_on', DATE],
  ['accounts.catch_up_from amendments.cycle_on backfill_items.cycle_on cycles.cycle_on cycles.next_on', DATE],
  ['entries.cycle_on lapses.cycle_on lapses.expired_on outbox.first_cycle_on outbox.last_cycle_on', DATE],
  ['backfills.from_on backfills.to_on', DATE],
  ['accounts.tracked_from accounts.watermark accounts.next_cycle_at account_spans.from_at', [instant]],
  ['events.at events.effective_at entries.effective_at entries.occurred_at decisions.at', [instant]],
  ['interviews.requested_at interviews.replied_at awards.occurred_at cycles.starts_at', [instant]],
  ['amendments.starts_at rounds.reached_at', [instant]],
  ['runs.as_of', [flag('--as-of', (at: number) => toDate(at))]],
  ['accounts.opening_balance', [field('openingBalanceField', fields.openingBalanceField)]],
  ['proposals.spent', [AMOUNT]],
  ['entries.amount', [AMOUNT, SIGNED]],
  ['awards.amount', [field('interview.award', rowSchema.shape.interview.unwrap().shape.award)]],
  ['accounts.cycle_paid cycles.free cycles.paid cycles.recovered cycles.cap', [COUNT]],
  ['amendments.free amendments.paid amendments.recovered', [COUNT]],
  ['accounts.balance accounts.owed entries.balance_after cycles.opening cycles.carried', RULES],
  ['cycles.expired', RULES],
  ['cycles.closing amendments.opening amendments.expired amendments.owed amendments.short', RULES],
  ['amendments.not_taken amendments.closing proposals.refunded lapses.amount', RULES],
  ['backfill_items.granted backfill_items.recovered decisions.detail events.content', RULES],
  ['rollups.on_day rollup_deltas.on_day fleet_counts.on_day', DATE],
  ['rollups.plan rollup_deltas.plan fleet_counts.plan', [words('plan', PLAN_NAMES)]],
  ['rollups.name rollup_deltas.name', [words('ENTRY_KINDS', ENTRY_KINDS), words('names of cycles', CYCLES)]],
  ['rollups.measure rollup_deltas.measure fleet_counts.name', WORD],
  ['rollups.amount rollup_deltas.amount fleet_counts.connects', RULES],
  ['rollups.quantity rollup_deltas.quantity rollup_deltas.id fleet_counts.accounts', NUMBERED],
  [
    'contacts.email',
    [field('emailField', fields.emailField, [`${'a'.repeat(64)}@${'b'.repeat(63)}.example`])],
  ],
  [
    'contacts.locale',
    [
      field('localeField', fields.localeField, [
        `es-${'x'.repeat(8)}-${'y'.repeat(8)}-${'z'.repeat(8)}-x-abcd`,
        'cel-gaulish',
      ]),
    ],
  ],
  ['accounts.notices_opted_out accounts.readiness_awarded events.late outbox.tried_before', 'true or false'],
  ['entries.kind', [words('ENTRY_KINDS', ENTRY_KINDS)]],
  ['decisions.code', [words('DECISION_CODES', DECISION_CODES)]],
  ['events.type', [words('EVENT_TYPES', EVENT_TYPES)]],
  ['outbox.kind', [words('NOTICE_KINDS', NOTICE_KINDS)]],
  ['outbox.state outbox.suppressed_from', [words('NOTICE_STATES', NOTICE_STATES)]],
  ['tokens.role', [words('TOKEN_ROLES', TOKEN_ROLES)]],
  ['backfill_items.reason', [words('BACKFILL_REASONS', BACKFILL_REASONS)]],
  ['runs.notify backfills.notify', [NOTIFY]],
  ['audit_log.actor', [ACTOR, prefixed('token ', TOKEN)]],
  ['signed_answers.actor', [flag('--by')]],
  ['signed_answers.code', 'a code of 12 digits, in three groups'],
  ['signed_answers.answer', 'refused above ANSWER_MAX bytes, a sixteenth of its room'],
  ['audit_log.reason', REASON],
  [
    'audit_log.target',
    [
      prefixed('account:', ACCOUNT[0] as Feed),
      prefixed('user:', USER),
      prefixed('backfill:', flag('--run', String)),
    ],
  ],
  ['backfills.actor mail_hold.actor runs.actor run_notes.actor run_stops.actor', [ACTOR]],
  ['terms_versions.actor', [ACTOR]],
  ['ledger_hold.actor backfills.approved_by', [ACTOR]],
  ['backfills.reason ledger_hold.reason mail_hold.reason runs.reason run_stops.reason', [flag('--reason')]],
  ['terms_versions.reason', [flag('--reason')]],
  ['run_notes.note', [{ by: 'run note TEXT', cell: refused(noteFlag) }]],
  ['tokens.name', [TOKEN]],
  ['token_limits.types', 'types of events, all of which it has room for: test/console/events-api.test.ts'],
  ['backfills.rate', [flag('--rate')]],
  ['failures.retry_at', [settling()]],
  [
    'failures.attempts',
    [field('CONNECTS_SETTLE_ATTEMPTS', setting('CONNECTS_SETTLE_ATTEMPTS', 'settleAttemptsMax'))],
  ],
  [
    'outbox.attempts',
    [field('CONNECTS_MAIL_ATTEMPTS', setting('CONNECTS_MAIL_ATTEMPTS', 'mailAttemptsMax'))],
  ],
  ['runs.asked', 'counts, a plan, and at most 100 ids of 64 characters: src/operations/runs/listed-sweep.ts'],
  [
    'runs.due_at_start run_samples.settled run_batch_times.batches fleet_samples.due fleet_samples.put_aside fleet_samples.waiting' +
      ' fleet_samples.sent_today fleet_samples.refused fleet_samples.too_old fleet_samples.suppressed',
    'accounts, emails and batches, which are fewer than an integer counts',
  ],
  ['fleet_samples.clean_s', 'seconds, of which an integer counts 68 years'],
  [
    'run_samples.from_s run_samples.for_s',
    'seconds since a run began, which are fewer than an integer counts',
  ],
  ['runs.program_version', 'the number in package.json'],
  ['runs.counted', 'counts by code, state and error, of which there are few'],
  ['backfills.asked', 'at most 200,000 ids of 64 characters: src/cli/id-file.ts'],
  ['backfills.planned terms_versions.content', 'counts by reason; at most 1,000 rows of terms'],
  ['audit_log.before_is audit_log.after_is', 'terms, counts, a file name: nothing near 16 MiB'],
  ['event_waits.message failures.message backfill_items.message outbox.last_error outbox.words_before', CUT],
  ['mail_outage.words', CUT],
  ['mail_outage.alike mail_refusals.alike', [ALIKE]],
  ['event_waits.code failures.code run_stops.code backfill_items.why audit_log.action', CODE],
  ['users.name', [USER]],
  ['users.role users.link_kind', WORD],
  ['users.password_hash', 'scrypt, its three costs, a salt and a hash: 85 characters'],
  ['users.link_hash', HASH],
  ['users.link_expires_at users.signed_in_at fleet_samples.at', CLOCK],
  ['accounts.last_seq accounts.last_decision amendments.no audit_log.id backfills.id run_notes.id', NUMBERED],
  ['member_links_made.id', NUMBERED],
  ['backfill_items.backfill_id cycles.decision_no decisions.decision_no entries.seq', NUMBERED],
  ['events.arrival', NUMBERED],
  ['amendments.terms_version cycles.terms_version runs.terms_version terms_versions.version', NUMBERED],
  ['ledger_hold.id mail_hold.id mail_outage.id mail_refusals.notice_id outbox.id runs.id', NUMBERED],
  ['sessions.user_id ticks.id tokens.id users.id', NUMBERED],
  ['amendments.run_id amendments.reversed_run audit_log.run_id backfills.run_id cycles.run_id', NUMBERED],
  ['decisions.run_id entries.run_id failures.run_id lapses.run_id outbox.run_id', NUMBERED],
  ['run_batch_times.took_ms', 'milliseconds, of which an integer counts 24 days'],
  ['run_accounts.run_id run_samples.run_id run_batch_times.run_id', NUMBERED],
  ['installation.only_one token_limits.token_id events.token_id run_notes.run_id run_stops.run_id', NUMBERED],
  ['ticks.run_id', NUMBERED],
  ['backfills.plan_hash backfills.worker contacts.import_hash events.content_hash sessions.hash', HASH],
  ['alerts.channel alert_messages.channel', [ALERT_MAIL]],
  ['alerts.name', CODE],
  ['alerts.state alert_messages.state', WORD],
  ['alert_messages.content', 'a few sentences, of parts that are cut or have limits of their own'],
  ['alert_messages.last_error', CUT],
  ['alert_messages.id alert_messages.attempts', NUMBERED],
  ['alerts.since alerts.told_at alert_messages.staged_at alert_messages.next_attempt_at', CLOCK],
  ['alert_messages.lease_until alert_messages.sent_at', CLOCK],
  ['installation.id terms_versions.content_hash tokens.hash', HASH],
  ['amendments.kind amendments.notice backfills.state backfill_items.state cycles.code cycles.notice', WORD],
  ['events.state failures.state rounds.name runs.kind runs.state runs.open_key ticks.source', WORD],
  ['ticks.outcome', WORD],
  ['amendments.posted_at audit_log.at backfills.created_at backfills.ended_at', CLOCK],
  ['backfills.approved_at backfills.next_batch_at backfills.working_until', CLOCK],
  ['contacts.erased_at cycles.posted_at decisions.posted_at entries.posted_at event_waits.at', CLOCK],
  ['events.received_at failures.first_at failures.last_at failures.put_aside_at failures.cleared_at', CLOCK],
  ['ledger_hold.held_at ledger_hold.released_at mail_hold.held_at mail_outage.since', CLOCK],
  ['mail_refusals.refused_at outbox.staged_at outbox.next_attempt_at outbox.lease_until', CLOCK],
  ['outbox.sent_at', CLOCK],
  ['rounds.moved_at run_notes.at run_stops.at runs.started_at runs.heartbeat_at runs.ended_at', CLOCK],
  ['runs.submitting_until', CLOCK],
  ['sessions.created_at sessions.expires_at terms_versions.applied_at ticks.at ticks.slot_at', CLOCK],
  ['signed_answers.at', CLOCK],
  ['installation.made_at token_limits.expires_at token_limits.last_used_at tokens.created_at', CLOCK],
  ['tokens.revoked_at users.created_at users.disabled_at', CLOCK],
];

/** What a variable of the environment comes to. */
function setting(name: string, of: keyof ReturnType<typeof parseConfig>): Schema {
  return {
    safeParse: (value) => {
      try {
        return { success: true, data: parseConfig({ [name]: String(value) })[of] };
      } catch {
        return { success: false };
      }
    },
  };
}

/** The longest wait between two attempts, from now. */
function settling(): Feed {
  const backoff = setting('CONNECTS_SETTLE_BACKOFF', 'settleBackoffMs');
  return {
    by: 'CONNECTS_SETTLE_BACKOFF',
    values: ['0ms', '1s', '1h', '3650d', '3651d', 'never'],
    cell: (value) => {
      const { success, data } = backoff.safeParse(value);
      return success ? toDate(Date.now() + waitAfter(20, data as number)) : undefined;
    },
  };
}

// --------------------------------------------------------------------------------------------------- columns

interface Column {
  readonly name: string;
  /** As a column of a table of its own: type, character set, and the CHECKs that name no other column. */
  readonly definition: string;
  readonly candidates: readonly unknown[];
}

async function readColumns(db: Database): Promise<Column[]> {
  const tables = await selectRows<{ name: string }>(
    db,
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()
        AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'schema\\_migrations%' ORDER BY table_name`,
  );
  const columns: Column[] = [];
  for (const { name } of tables) {
    const [row] = await selectRows<Record<string, string>>(db, `SHOW CREATE TABLE \`${name}\``);
    columns.push(...columnsOf(name, row?.['Create Table'] ?? ''));
  }
  return columns;
}

function columnsOf(table: string, create: string): Column[] {
  const lines = create.split('\n').map((line) => line.trim().replace(/,$/, ''));
  const checks = lines.flatMap((line) => /^CONSTRAINT `\w+` (CHECK .*)$/.exec(line)?.[1] ?? []);
  return lines.flatMap((line) => {
    const [, name, type = '', rest = ''] = /^`(\w+)` (\w+(?:\([\d,]+\))?)(.*)$/.exec(line) ?? [];
    if (name === undefined) return [];
    const charset = /CHARACTER SET \w+ COLLATE \w+/.exec(rest)?.[0] ?? '';
    const own = checks.filter((check) =>
      [...check.matchAll(/`(\w+)`/g)].every(([, named]) => named === name),
    );
    const definition = [`\`${name}\` ${type} ${charset}`, ...own].join(', ');
    return [{ name: `${table}.${name}`, definition, candidates: candidatesOf(type) }];
  });
}

// ----------------------------------------------------------------------------------------------------- tests

let installation: Installation;
/** One session: its tables are temporary. */
let session: Database;
let columns: readonly Column[];
const sources = new Map(
  TABLE.flatMap(([names, source]) => names.split(' ').map((one) => [one, source] as const)),
);

beforeAll(async () => {
  installation = await install();
  session = connectDatabase(installation.env.DATABASE_URL as string, 1);
  columns = await readColumns(installation.db);
});
afterAll(async () => {
  await session.destroy();
  await installation.remove();
});

test('every column is named, with what reaches it, and none that there is not', () => {
  expect(columns.length).toBeGreaterThan(200);
  expect([...sources.keys()].toSorted()).toEqual(columns.map((one) => one.name).toSorted());
  expect(sources.size).toBe(TABLE.flatMap(([names]) => names.split(' ')).length);
});

/** Cells that a column made like this one refuses. */
async function refusedBy({ definition }: Column, cells: readonly Cell[]): Promise<string[]> {
  await session.raw(`CREATE TEMPORARY TABLE probe (${definition})`);
  const refused: string[] = [];
  for (const cell of cells)
    await insertRows(session, 'probe', [/`(\w+)`/.exec(definition)?.[1] ?? ''], [[cell]]).catch(
      (error: Error) => refused.push(`${JSON.stringify(cell).slice(0, 40)}: ${error.message.slice(-120)}`),
    );
  await session.raw('DROP TEMPORARY TABLE probe');
  return refused;
}

test('whatever a validator lets through fits its column', async () => {
  const wrong: string[] = [];
  const seen = new Set<string>();
  for (const column of columns) {
    const source = sources.get(column.name);
    for (const feed of typeof source === 'object' ? source : []) {
      const type = column.definition.replace(/^`\w+`/, '');
      if (seen.has(`${feed.by} ${type}`)) continue;
      seen.add(`${feed.by} ${type}`);
      const cells = [...column.candidates, ...(feed.values ?? [])].map((one) => feed.cell(one));
      const taken = [...new Set(cells.filter((one) => one !== undefined))];
      // A validator that takes nothing of all this, or everything, was not tried.
      if (taken.length === 0 || !cells.includes(undefined))
        wrong.push(`${column.name} ← ${feed.by}: not tried`);
      for (const one of await refusedBy(column, taken)) wrong.push(`${column.name} ← ${feed.by}: ${one}`);
    }
  }
  expect(wrong).toEqual([]);
});
