/** accounts import. */
import type { Command } from 'commander';
import { ACCOUNT_COLUMNS, OPTIONAL_COLUMNS } from '../../operations/accounts/account-rows.ts';
import {
  type BadRow,
  type ImportOutcome,
  importAccounts,
} from '../../operations/accounts/import-accounts.ts';
import { type Cli, formatCsv, print, printJson, say } from '../context.ts';
import { readCsvRows } from '../csv.ts';
import { EXIT } from '../exit-codes.ts';
import { requireRereadable } from '../file-faults.ts';
import {
  ImportFile,
  faultList,
  refusal,
  requireRejectsFile,
  tellRejected,
  writeRejects,
} from '../importing.ts';
import { actorFlag, dryRunFlag, jsonFlag, reasonFlag, withHelp, yesFlag } from '../options.ts';
import { requireSchema } from '../require-schema.ts';
import { counted, formatCount } from '../words.ts';

interface ImportFlags {
  skipInvalid?: true;
  rejects?: string;
  dryRun?: true;
  actor?: string;
  reason?: string;
  json?: true;
}

const NEEDED_COLUMNS = ACCOUNT_COLUMNS.filter((name) => !OPTIONAL_COLUMNS.includes(name));

export function addAccountCommands(program: Command, cli: Cli): void {
  const accounts = program.command('accounts').description('accounts from another system');
  const command = accounts
    .command('import')
    .description('import accounts.csv; every row is checked before any is written')
    .argument(
      '<file>',
      `a CSV file with the header ${NEEDED_COLUMNS.join(',')}, and readiness_awarded if known`,
    )
    .option('--skip-invalid', 'import the good rows when there are bad ones')
    .option('--rejects <file>', 'write the bad rows there, to be mended and imported again')
    .addOption(dryRunFlag())
    .addOption(actorFlag())
    .addOption(reasonFlag())
    .addOption(yesFlag())
    .addOption(jsonFlag())
    .action((file: string, flags: ImportFlags) => runImport(cli, file, flags));
  withHelp(
    command,
    'connects accounts import accounts.csv --skip-invalid --rejects bad.csv',
    [0, 2, 75, 130, 143],
  );
}

async function runImport(cli: Cli, file: string, flags: ImportFlags): Promise<void> {
  await requireRereadable(file);
  const { rejects } = flags;
  if (rejects !== undefined) await requireRejectsFile(rejects, file);
  await requireSchema(cli.app);
  const source = new ImportFile(cli, file, 'rows', () =>
    readCsvRows(file, ACCOUNT_COLUMNS, OPTIONAL_COLUMNS),
  );
  try {
    const imported = await importAccounts(cli.app, {
      rows: () => source.rows(),
      source: file,
      signal: cli.signal,
      skipInvalid: flags.skipInvalid === true,
      dryRun: flags.dryRun === true,
      actor: flags.actor ?? cli.defaultActor,
      reason: flags.reason,
      onProgress: (rows) => source.onProgress(rows),
      onChecked: async (bad) => {
        if (rejects !== undefined) await writeRejects(rejects, rejectLines(bad));
      },
    });
    if (imported.outcome !== 'interrupted') source.end();
    else source.stop();
    // Written once more where somebody else was faster with an account: then there are more of them.
    if (rejects !== undefined && imported.imported > 0)
      await writeRejects(rejects, rejectLines(imported.bad));
    reportImport(cli, file, flags, imported);
  } finally {
    source.stop();
  }
}

function* rejectLines(bad: readonly BadRow[]): Generator<string> {
  yield formatCsv([[...ACCOUNT_COLUMNS, 'error']]);
  for (const row of bad) {
    const error = row.faults.map((one) => `${one.where}: ${one.what}`).join('; ');
    yield formatCsv([
      [...ACCOUNT_COLUMNS.map((name) => row.cells[name] ?? ''), `line ${row.line}: ${error}`],
    ]);
  }
}

function reportImport(cli: Cli, file: string, flags: ImportFlags, imported: ImportOutcome): void {
  const { outcome, rows, skipped, bad } = imported;
  tellRejected(cli, file, bad, 'rows');
  if (outcome === 'refused') say(cli, refusal(bad, 'row', 'imported'));
  if (outcome === 'interrupted') say(cli, 'interrupted: the same command goes on from here');
  // Also where somebody else's accounts came in between. What an interruption ends with is the signal's code.
  if (outcome !== 'interrupted' && bad.length > 0 && !flags.skipInvalid) cli.exitCode = EXIT.invalid;
  if (flags.json)
    return printJson(cli, {
      outcome,
      dryRun: flags.dryRun === true,
      rows,
      imported: imported.imported,
      skipped,
      bad: bad.length,
      faults: faultList(bad),
    });
  const would = flags.dryRun ? ' (dry run: nothing was written)' : '';
  return print(
    cli,
    `${formatCount(imported.imported)} imported, ${formatCount(skipped)} there already, ` +
      `${formatCount(bad.length)} bad, of ${counted(rows, 'row')}${would}`,
  );
}
