/** accounts import; accounts list and find are accounts-list.ts. */
import type { Command } from 'commander';
import { ACCOUNT_COLUMNS, OPTIONAL_COLUMNS } from '../../operations/accounts/account-rows.ts';
import {
  type ImportOutcome,
  type SourceRow,
  importAccounts,
} from '../../operations/accounts/import-accounts.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { readCsvRows } from '../csv.ts';
import { EXIT } from '../exit-codes.ts';
import { faultsAsJson, refusal, tellRejected, withImportFile } from '../importing.ts';
import type { OpenFile } from '../open-file.ts';
import { actorFlag, dryRunFlag, expectFlag, jsonFlag, reasonFlag, withHelp, yesFlag } from '../options.ts';
import type { Rejects } from '../rejects.ts';
import { requireSchema } from '../require-schema.ts';
import { counted, formatCount } from '../words.ts';
import { addAccountLists } from './accounts-list.ts';

interface ImportFlags {
  expect?: number;
  skipInvalid?: true;
  rejects?: string;
  dryRun?: true;
  actor?: string;
  reason?: string;
  json?: true;
}

const NEEDED_COLUMNS = ACCOUNT_COLUMNS.filter((name) => !OPTIONAL_COLUMNS.includes(name));

export function addAccountCommands(program: Command, cli: Cli): void {
  const accounts = program
    .command('accounts')
    .description('accounts: taken over from another system, listed and found');
  const command = accounts
    .command('import')
    .description('import accounts.csv; every row is checked before any is written')
    .argument(
      '<file>',
      `a CSV file with the header ${NEEDED_COLUMNS.join(',')}, and readiness_awarded and locale (as es-MX) if known`,
    )
    .option('--skip-invalid', 'import the good rows when there are bad ones')
    .option(
      '--rejects <file>',
      'write the bad rows there as they are, to be mended and imported again; their faults beside them',
    )
    .addOption(expectFlag('rows in the file'))
    .addOption(dryRunFlag())
    .addOption(actorFlag())
    .addOption(reasonFlag())
    .addOption(yesFlag())
    .addOption(jsonFlag())
    .action((file: string, flags: ImportFlags) => runImport(cli, file, flags));
  withHelp(
    command,
    'connects accounts import accounts.csv --skip-invalid --rejects bad.csv',
    [0, 2, 3, 4, 75, 130, 143],
  );
  addAccountLists(accounts, cli);
}

async function runImport(cli: Cli, file: string, flags: ImportFlags): Promise<void> {
  const given = { file, noun: 'rows', rejectsPath: flags.rejects };
  const read = (input: OpenFile, rejects: Rejects | undefined): AsyncIterable<SourceRow> =>
    readCsvRows(input, ACCOUNT_COLUMNS, OPTIONAL_COLUMNS, rejects?.begin);
  await withImportFile(cli, given, read, async ({ source, rejects }) => {
    await requireSchema(cli.app);
    const imported = await importAccounts(cli.app, {
      rows: () => source.rows(),
      source: file,
      signal: cli.signal,
      skipInvalid: flags.skipInvalid === true,
      expect: flags.expect,
      dryRun: flags.dryRun === true,
      actor: flags.actor ?? cli.defaultActor,
      reason: flags.reason,
      onProgress: (rows) => source.onProgress(rows),
      ...(rejects && { onBad: (rows) => rejects.add(rows) }),
    });
    await rejects?.end();
    if (imported.outcome !== 'interrupted') source.end();
    else source.stop();
    reportImport(cli, file, flags, imported, rejects);
  });
}

function reportImport(
  cli: Cli,
  file: string,
  flags: ImportFlags,
  imported: ImportOutcome,
  rejects: Rejects | undefined,
): void {
  const { outcome, rows, skipped, badCount } = imported;
  tellRejected(cli, file, imported, 'row', rejects);
  if (outcome === 'refused') say(cli, refusal(imported, 'row', 'imported'));
  if (outcome === 'interrupted') say(cli, 'interrupted: the same command goes on from here');
  // Also where somebody else's accounts came in between. What an interruption ends with is the signal's code.
  if (outcome !== 'interrupted' && badCount > 0)
    cli.exitCode = flags.skipInvalid ? EXIT.someFailed : EXIT.invalid;
  if (flags.json)
    return printJson(cli, {
      outcome,
      dryRun: flags.dryRun === true,
      rows,
      imported: imported.imported,
      skipped,
      bad: badCount,
      ...faultsAsJson(imported),
    });
  const would = flags.dryRun ? ' (dry run: nothing was written)' : '';
  return print(
    cli,
    `${formatCount(imported.imported)} imported, ${formatCount(skipped)} there already, ` +
      `${formatCount(badCount)} bad, of ${counted(rows, 'row')}${would}`,
  );
}
