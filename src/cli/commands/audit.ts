/** audit: what is recorded against what must be, over the whole fleet. */
import { randomUUID } from 'node:crypto';
import { type Command, Option } from 'commander';
import type { Database } from '../../db/connection.ts';
import { LONG_STATEMENT_MS, withStatementLimit } from '../../db/limits.ts';
import type { FindingCode } from '../../domain/audit/audit.ts';
import type { Instant } from '../../domain/calendar.ts';
import { silentLog } from '../../log.ts';
import { requireAccounts } from '../../operations/accounts/require-known.ts';
import { type AuditFinding, auditFleet, recordAudit } from '../../operations/audits/audit.ts';
import { requireReleased } from '../../ledger/ledger-hold.ts';
import { type FixOutcome, fixFindings } from '../../operations/audits/audit-fix.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { accountsFileFlag, namedAccounts } from '../failure-filter.ts';
import { requireIntent } from '../intent.ts';
import {
  accountFlag,
  actorFlag,
  dryRunFlag,
  durationFlag,
  instantFlag,
  jsonFlag,
  reasonFlag,
  withHelp,
  yesFlag,
} from '../options.ts';
import { Progress } from '../progress.ts';
import { folded } from '../prose.ts';
import { remediesText } from '../remedies-text.ts';
import { rollupsDiffer } from '../rollups-differ.ts';
import { withRehearsal } from '../rehearsing.ts';
import { requireSchema } from '../require-schema.ts';
import { screenOf, toned } from '../screen.ts';
import { counted, listOf } from '../words.ts';
import type { CatchUpDeps } from '../../operations/settling/bring-current.ts';

interface AuditFlags {
  asOf?: Instant;
  alarmAge: number;
  account?: string[];
  accountsFile?: string;
  fix?: true;
  dryRun?: true;
  reason?: string;
  yes?: true;
  actor?: string;
  json?: true;
  ndjson?: true;
}

/** What has been due for this long is somebody's alarm already. */
const ALARM_AGE_MS = 15 * 60_000;
/** Findings kept for a fix, and for one JSON document; further ones are counted and printed line by line only. */
const KEPT_MAX = 10_000;

export function addAuditCommand(program: Command, cli: Cli): void {
  const command = program
    .command('audit')
    .description('check every account against the calendar and the ledger; exit 10 when anything is wrong')
    .option('--as-of <instant>', 'take this instant as now (default: the database clock)', instantFlag)
    .addOption(
      new Option('--alarm-age <duration>', 'how long anything may be due, put aside or waiting')
        .default(ALARM_AGE_MS, '15m')
        .argParser(durationFlag),
    )
    .addOption(
      new Option('--account <id...>', 'only these accounts').argParser((text: string, before?: string[]) => [
        ...(before ?? []),
        accountFlag(text),
      ]),
    )
    .addOption(accountsFileFlag())
    .option('--fix', 'mend what settling and backfilling can mend, and look again')
    .addOption(dryRunFlag())
    .addOption(reasonFlag())
    .addOption(yesFlag())
    .addOption(actorFlag())
    .addOption(jsonFlag())
    .addOption(new Option('--ndjson', 'print one JSON document a line').conflicts('json'))
    .action((flags: AuditFlags) => withStatementLimit(LONG_STATEMENT_MS, () => runAudit(cli, flags)));
  withHelp(
    command,
    'connects audit --fix --reason "lost with the old primary" --yes',
    [0, 2, 4, 5, 6, 10, 75, 130, 143],
  );
}

async function runAudit(cli: Cli, flags: AuditFlags): Promise<void> {
  const fixes = flags.fix === true && !flags.dryRun;
  const reason = fixes ? requireIntent('audit --fix settles and backfills', flags) : 'dry run';
  await requireSchema(cli.app);
  const { app } = cli;
  if (fixes) await requireReleased(app.db);
  const asked = await namedAccounts(flags);
  await requireAccounts(app.db, asked);
  // The primary: what a replica lacks, because it is behind, would be found missing.
  const found = await audit(cli, flags, app.db, asked);
  if (!flags.fix || mendable(found).length === 0 || cli.signal.aborted) {
    if (isWhole(cli, flags)) await addDrift(cli, flags, found);
    await keepResult(cli, flags, found.total);
    return report(cli, flags, found);
  }
  const { fixed, left } = await withRehearsal(cli, flags, (rehearsal) =>
    rehearsal
      ? rehearsal((db) => fixAndLook(cli, flags, { ...app.settleDeps, db, log: silentLog }, found, reason))
      : fixAndLook(cli, flags, app.settleDeps, found, reason),
  );
  say(cli, flags.dryRun ? `dry run, taken back: ${sentenceOf(fixed, false)}` : sentenceOf(fixed, true));
  // Those that were not kept for mending are as they were.
  await keepResult(cli, flags, left.total + (found.total - found.kept.length));
  return report(cli, flags, left, fixed, found);
}

/** One transaction with what is looked at afterwards, where it is a dry run: each step builds on the one before. */
async function fixAndLook(
  cli: Cli,
  flags: AuditFlags,
  deps: CatchUpDeps,
  found: Found,
  reason: string,
): Promise<{ fixed: FixOutcome; left: Found }> {
  const fixed = await fixFindings(deps, {
    findings: mendable(found),
    reason,
    actor: flags.actor ?? cli.defaultActor,
    signal: cli.signal,
    worker: randomUUID(),
    approvalOver: cli.app.config.backfillApprovalOver,
  });
  const accounts = [...new Set(found.kept.map((one) => one.account))];
  return { fixed, left: await audit(cli, flags, deps.db, accounts) };
}

/** The metric is of the whole fleet, as it is now. */
async function keepResult(cli: Cli, flags: AuditFlags, findings: number): Promise<void> {
  if (isWhole(cli, flags) && !flags.dryRun)
    await recordAudit(cli.app.db, { actor: flags.actor ?? cli.defaultActor, findings });
}

const isWhole = (cli: Cli, flags: AuditFlags): boolean =>
  (flags.account ?? flags.accountsFile) === undefined && flags.asOf === undefined && !cli.signal.aborted;

async function addDrift(cli: Cli, flags: AuditFlags, found: Found): Promise<void> {
  const codes = Object.keys(found.counts) as FindingCode[];
  const drift = await rollupsDiffer(cli.app.db, codes, cli.signal);
  if (!drift) return;
  found.total += 1;
  found.counts[drift.code] = 1;
  found.kept.push(drift);
  if (!flags.fix && !flags.json) tell(cli, flags, drift);
}

interface Found {
  readonly kept: AuditFinding[];
  readonly counts: Partial<Record<FindingCode, number>>;
  total: number;
}

const mendable = ({ kept }: Found): AuditFinding[] => kept.filter((one) => one.remedy !== null);

async function audit(
  cli: Cli,
  flags: AuditFlags,
  db: Database,
  accounts: readonly string[] | undefined,
): Promise<Found> {
  const { app, signal } = cli;
  const progress = new Progress(cli.streams.err, 'accounts', app.clock.elapsedMs());
  const found: Found = { kept: [], counts: {}, total: 0 };
  const findings = auditFleet(db, {
    alarmAgeMs: flags.alarmAge,
    signal,
    ...(flags.asOf !== undefined && { asOf: flags.asOf }),
    ...(accounts && { accounts }),
    onProgress: (state) => progress.show(state, app.clock.elapsedMs()),
  });
  try {
    for await (const one of findings) {
      found.total += 1;
      found.counts[one.code] = (found.counts[one.code] ?? 0) + 1;
      if (found.kept.length < KEPT_MAX) found.kept.push(one);
      // Without --fix each is told when it is found, so that nothing piles up.
      if (!flags.fix && !flags.json) {
        progress.stop();
        tell(cli, flags, one);
      }
    }
  } finally {
    progress.stop();
  }
  return found;
}

function tell(cli: Cli, flags: AuditFlags, finding: AuditFinding): void {
  const { code, account, message } = finding;
  if (flags.ndjson) return print(cli, JSON.stringify(finding));
  const words = [account === '' ? '' : `${account}: `, toned('act', code), `: ${message}`];
  return print(cli, folded(screenOf(cli), words));
}

function report(cli: Cli, flags: AuditFlags, left: Found, fixed?: FixOutcome, before: Found = left): void {
  if (left.total > 0) cli.exitCode = EXIT.drift;
  if (flags.json)
    return printJson(cli, {
      findings: left.kept,
      total: left.total,
      byCode: left.counts,
      ...(fixed && {
        before: {
          total: before.total,
          byCode: before.counts,
        },
        fixed,
      }),
    });
  if (flags.fix) for (const one of left.kept) tell(cli, flags, one);
  if (cli.signal.aborted) return say(cli, 'interrupted: the rest was not looked at');
  if (left.total === 0) return say(cli, fixed ? 'nothing is wrong any more' : 'nothing is wrong');
  if (!flags.ndjson) print(cli, remediesText(screenOf(cli), left));
  return say(cli, `${counted(left.total, 'finding')} (${listOf(left.counts)})`);
}

/** @param kept whether its run and backfills stand, and can be asked for by their numbers */
function sentenceOf(
  { settled, settleRun, backfills, awaiting, balances, nextDates, notices }: FixOutcome,
  kept: boolean,
): string {
  const run = kept ? ` by run ${settleRun}` : '';
  const numbers = backfills.map((id) => `backfill ${id}`).join(', ');
  const done = [
    ...(settleRun === null ? [] : [`${counted(settled, 'account')} settled${run}`]),
    ...(backfills.length === 0
      ? []
      : [`backfilled by ${kept ? numbers : counted(backfills.length, 'backfill')}`]),
    ...(awaiting.length === 0
      ? []
      : [
          `${counted(awaiting.length, 'backfill')} would grant too much for one person: see "connects backfill list"`,
        ]),
    ...(balances === 0 ? [] : [`${counted(balances, 'balance')} restored from the ledger`]),
    ...(nextDates === 0 ? [] : [`${counted(nextDates, 'next date')} put right`]),
    ...(notices === 0 ? [] : [`${counted(notices, 'notice')} staged`]),
  ];
  return done.join('; ') || 'nothing could be mended';
}
