/** doctor and prune: looking after an installation. */
import type { Command } from 'commander';
import { LONG_STATEMENT_MS, withStatementLimit } from '../../db/limits.ts';
import type { App } from '../../app.ts';
import { formatInstant } from '../../domain/calendar.ts';
import { ConnectsError } from '../../errors.ts';
import { examine } from '../../operations/upkeep/doctor/examine.ts';
import type { Finding } from '../../operations/upkeep/doctor/finding.ts';
import { prune } from '../../operations/upkeep/prune.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { actorFlag, dryRunFlag, jsonFlag, reasonFlag, withHelp, yesFlag } from '../options.ts';
import { folded } from '../prose.ts';
import { requireSchema } from '../require-schema.ts';
import { type Screen, type Words, linesOf, screenOf, toned } from '../screen.ts';
import { counted } from '../words.ts';

export function addOperateCommands(program: Command, cli: Cli): void {
  const doctor = program
    .command('doctor')
    .description('check configuration, servers, schema, schedule, runs and mail; each fault with its fix')
    .addOption(jsonFlag())
    .action((flags: { json?: true }) => runDoctor(cli, flags));
  withHelp(doctor, 'connects doctor', [0, 2, 3, 75]);
  const pruning = program
    .command('prune')
    .description(
      'delete ticks and alerts of more than 30 days ago and sessions that have ended; the ledger never',
    )
    .addOption(dryRunFlag())
    .addOption(reasonFlag())
    .addOption(actorFlag())
    .addOption(yesFlag())
    .addOption(jsonFlag())
    .action((flags: PruneFlags) => withStatementLimit(LONG_STATEMENT_MS, () => runPrune(cli, flags)));
  withHelp(pruning, 'connects prune --reason monthly', [0, 2, 75, 130, 143]);
}

interface PruneFlags {
  dryRun?: true;
  reason?: string;
  actor?: string;
  json?: true;
}

async function runPrune(cli: Cli, flags: PruneFlags): Promise<void> {
  await requireSchema(cli.app);
  const dryRun = flags.dryRun === true;
  const { before, ...pruned } = await prune(cli.app.db, {
    actor: flags.actor ?? cli.defaultActor,
    reason: flags.reason ?? null,
    dryRun,
    signal: cli.signal,
  });
  if (flags.json) return printJson(cli, { ...pruned, before: formatInstant(before), dryRun });
  const would = dryRun ? 'would be ' : '';
  return print(
    cli,
    `${counted(pruned.ticks, 'tick')} and ${counted(pruned.alerts, 'alert')} from before ${formatInstant(before)} and ` +
      `${counted(pruned.sessions, 'session')} ${would}deleted`,
  );
}

async function runDoctor(cli: Cli, flags: { json?: true }): Promise<void> {
  const findings = await findingsOf(cli);
  cli.exitCode = exitCodeOf(findings);
  if (flags.json) return printJson(cli, { healthy: cli.exitCode === EXIT.done, findings });
  const screen = screenOf(cli);
  for (const one of findings) print(cli, wordsOf(screen, one));
  const faults = findings.filter((one) => one.state === 'fault').length;
  const warnings = findings.filter((one) => one.state === 'warning').length;
  return say(
    cli,
    faults + warnings === 0
      ? 'all is well'
      : `${counted(faults, 'fault')}, ${counted(warnings, 'warning')}: see docs/runbook.md`,
  );
}

async function findingsOf(cli: Cli): Promise<readonly Finding[]> {
  let app: App;
  try {
    app = cli.app;
  } catch (error) {
    // A wrong environment is a finding like any other, only that nothing can be looked at any further.
    if (!(error instanceof ConnectsError)) throw error;
    const fix = 'correct these variables; README.md lists all of them';
    return [{ check: 'config', state: 'fault', found: error.message, fix, kind: 'config' }];
  }
  return examine(app);
}

const MARKS = {
  ok: toned('good', 'ok     '),
  warning: toned('lost', 'warning'),
  fault: toned('act', 'FAULT  '),
} as const;
/** As wide as a mark and what is behind it. */
const INDENT = 9;

const wordsOf = (screen: Screen, { check, state, found, fix }: Finding): Words =>
  linesOf([
    folded(screen, [MARKS[state], '  ', toned('strong', check), `: ${found}`], INDENT),
    ...(fix === undefined ? [] : [folded(screen, `${' '.repeat(INDENT)}fix: ${fix}`, INDENT + 5)]),
  ]);

/** What cannot be used at all, or is only a matter of time, is worth another try; what is set up wrongly is not. */
function exitCodeOf(findings: readonly Finding[]): ExitCode {
  const faults = findings.filter((one) => one.state === 'fault');
  if (faults.some((one) => one.kind === 'config')) return EXIT.configuration;
  if (faults.some((one) => one.kind === 'unavailable')) return EXIT.tryAgain;
  return faults.length > 0 ? EXIT.someFailed : EXIT.done;
}
