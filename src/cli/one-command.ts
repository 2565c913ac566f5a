/**
 * The program with the one command that was typed. Loading the others would take longer than most commands take to
 * answer; a call for help, a slip, or no command at all gets all of them.
 */
import type { Command } from 'commander';
import type { Cli } from './context.ts';
import { type AddCommands, buildFrame } from './frame.ts';
import { asksForData } from './tell-error.ts';

const processes = async (): Promise<AddCommands> =>
  (await import('./commands/processes.ts')).addProcessCommands;
const pure = async (): Promise<AddCommands> => (await import('./commands/pure.ts')).addPureCommands;
const database = async (): Promise<AddCommands> =>
  (await import('./commands/database.ts')).addDatabaseCommands;
const hold = async (): Promise<AddCommands> => (await import('./commands/hold.ts')).addHoldCommands;
const operate = async (): Promise<AddCommands> => (await import('./commands/operate.ts')).addOperateCommands;

/** It asks for the commands that it completes, and for all of them while none is named. */
const completion = async (): Promise<AddCommands> => {
  const { addCompletionCommands } = await import('./commands/completion.ts');
  return (program, cli) => {
    const programFor = (typed: readonly string[]): Promise<Command> =>
      buildProgramFor(typed.slice(0, -1), cli, program.version() ?? '');
    addCompletionCommands(program, cli, programFor);
  };
};

/** Where each first word is found. One that is missing here is found with all the others, only later. */
const LOADERS = new Map<string, () => Promise<AddCommands>>(
  Object.entries({
    sweep: async () => (await import('./commands/sweep.ts')).addSweepCommand,
    due: async () => (await import('./commands/due.ts')).addDueCommand,
    hold,
    release: hold,
    run: async () => (await import('./commands/runs.ts')).addRunCommands,
    failures: async () => (await import('./commands/failures.ts')).addFailureCommands,
    rerun: async () => (await import('./commands/rerun.ts')).addRerunCommand,
    why: async () => (await import('./commands/why.ts')).addWhyCommand,
    account: async () => (await import('./commands/account.ts')).addAccountCommand,
    accounts: async () => (await import('./commands/accounts.ts')).addAccountCommands,
    events: async () => (await import('./commands/events.ts')).addEventCommands,
    backfill: async () => (await import('./commands/backfill.ts')).addBackfillCommands,
    adjust: async () => (await import('./commands/adjust.ts')).addAdjustCommand,
    'reverse-run': async () => (await import('./commands/reverse-run.ts')).addReverseRunCommand,
    audit: async () => (await import('./commands/audit.ts')).addAuditCommand,
    'audit-log': async () => (await import('./commands/audit-log.ts')).addAuditLogCommand,
    export: async () => (await import('./commands/export.ts')).addExportCommand,
    notices: async () => (await import('./commands/notices.ts')).addNoticeCommands,
    alerts: async () => (await import('./commands/alerts.ts')).addAlertCommands,
    rollups: async () => (await import('./commands/rollups.ts')).addRollupCommands,
    tokens: async () => (await import('./commands/tokens.ts')).addTokenCommands,
    users: async () => (await import('./commands/users.ts')).addUserCommands,
    installation: async () => (await import('./commands/installation.ts')).addInstallationCommands,
    rules: async () => (await import('./commands/rules.ts')).addRulesCommand,
    terms: database,
    migrate: database,
    doctor: operate,
    prune: operate,
    calendar: pure,
    simulate: pure,
    worker: processes,
    scheduler: processes,
    console: processes,
    serve: processes,
    completion,
    complete: completion,
    '--version': async () => () => undefined,
  }),
);

/** @param typed what follows `connects` on the command line */
export async function buildProgramFor(typed: readonly string[], cli: Cli, version: string): Promise<Command> {
  // A slip is found before the flags are known.
  cli.errorsAsJson = asksForData(typed);
  const load = LOADERS.get(typed[0] ?? '');
  if (load) return buildFrame(cli, version, [await load()]);
  const { buildProgram } = await import('./program.ts');
  return buildProgram(cli, version);
}

/** The first words that load one file only. */
export const LOADED_ALONE: readonly string[] = [...LOADERS.keys()];
