/** accounts import, and export. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Command } from 'commander';
import { ACCOUNT_COLUMNS, OPTIONAL_COLUMNS } from '../../operations/account-rows.ts';
import { type BadRow, type ImportOutcome, importAccounts } from '../../operations/import-accounts.ts';
import { EXPORT_COLUMNS, type ExportKind, type ExportRow, exportRows } from '../../reports/exports.ts';
import { invalidInput } from '../../errors.ts';
import { type Cli, formatCsv, print, printJson, say } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readCsvRows } from '../files.ts';
import { actorFlag, dateFlag, dryRunFlag, jsonFlag, reasonFlag, withHelp } from '../options.ts';
import { Progress } from '../progress.ts';
import { requireSchema } from '../require-schema.ts';

interface ImportFlags {
  skipInvalid?: true;
  rejects?: string;
  dryRun?: true;
  actor?: string;
  reason?: string;
  json?: true;
}

export function addAccountCommands(program: Command, cli: Cli): void {
  const accounts = program.command('accounts').description('accounts from another system');
  const command = accounts
    .command('import')
    .description('import accounts.csv; every row is checked before any is written')
    .argument('<file>', `a CSV file with the header ${ACCOUNT_COLUMNS.join(',')}; - reads standard input`)
    .option('--skip-invalid', 'import the good rows when there are bad ones')
    .option('--rejects <file>', 'write the bad rows there, to be mended and imported again')
    .addOption(dryRunFlag())
    .addOption(actorFlag())
    .addOption(reasonFlag())
    .addOption(jsonFlag())
    .action((file: string, flags: ImportFlags) => runImport(cli, file, flags));
  withHelp(command, 'connects accounts import accounts.csv --skip-invalid --rejects bad.csv', [0, 2, 75]);
  addExport(program, cli);
}

/** Bad rows that are listed one by one; the rejects file has them all. */
const LISTED_MAX = 1_000;

async function runImport(cli: Cli, file: string, flags: ImportFlags): Promise<void> {
  if (file === '-') throw invalidInput('usage', 'accounts import reads its file twice: give a file, not -');
  await requireSchema(cli.app);
  const progress = new Progress(cli.streams.err, 'rows', cli.app.clock.now());
  let passes = { rows: 0, total: 0 };
  const imported = await importAccounts(cli.app, {
    rows: () => {
      // The first pass learns how many rows there are; the second can show a share of them.
      passes = { rows: 0, total: passes.rows };
      return readCsvRows(file, ACCOUNT_COLUMNS, OPTIONAL_COLUMNS);
    },
    skipInvalid: flags.skipInvalid === true,
    dryRun: flags.dryRun === true,
    actor: flags.actor ?? cli.defaultActor,
    reason: flags.reason,
    onProgress: (rows) => {
      passes.rows = rows;
      progress.show({ done: rows, total: Math.max(rows, passes.total) }, cli.app.clock.now());
    },
  });
  progress.end({ done: imported.rows, total: imported.rows }, cli.app.clock.now());
  if (flags.rejects !== undefined) await writeRejects(flags.rejects, imported.bad);
  reportImport(cli, file, flags, imported);
}

function reportImport(cli: Cli, file: string, flags: ImportFlags, imported: ImportOutcome): void {
  for (const row of imported.bad.slice(0, LISTED_MAX))
    for (const fault of row.faults) say(cli, `${file}, line ${row.line}, ${fault.where}: ${fault.what}`);
  if (imported.bad.length > LISTED_MAX) say(cli, `… and ${imported.bad.length - LISTED_MAX} more bad rows`);
  if (imported.outcome === 'refused') {
    cli.exitCode = EXIT.invalid;
    say(
      cli,
      `nothing was imported: mend the ${imported.bad.length} bad rows, or use --skip-invalid --rejects FILE to leave them out`,
    );
  }
  const { rows, skipped, bad } = imported;
  if (flags.json)
    return printJson(cli, {
      outcome: imported.outcome,
      rows,
      imported: imported.imported,
      skipped,
      bad: bad.length,
    });
  const would = flags.dryRun ? ' (dry run: nothing was written)' : '';
  return print(
    cli,
    `${imported.imported} imported, ${skipped} there already, ${bad.length} bad, of ${rows} rows${would}`,
  );
}

async function writeRejects(file: string, bad: readonly BadRow[]): Promise<void> {
  const out = createWriteStream(file);
  out.write(formatCsv([[...ACCOUNT_COLUMNS, 'error']]));
  for (const row of bad) {
    const error = row.faults.map((one) => `${one.where}: ${one.what}`).join('; ');
    const more = out.write(formatCsv([[...ACCOUNT_COLUMNS.map((name) => row.cells[name] ?? ''), error]]));
    if (!more) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

function addExport(program: Command, cli: Cli): void {
  const command = program
    .command('export')
    .description('everything that was recorded, streamed, by account and then posting order')
    .argument('<what>', 'entries, decisions or accounts', exportKind)
    .option('--account <id>', 'of this account only')
    .option('--from <date>', 'effective from this date (UTC) on', dateFlag)
    .option('--to <date>', 'effective before this date (UTC)', dateFlag)
    .option('--format <format>', 'ndjson or csv', exportFormat, 'ndjson')
    .action(
      (what: ExportKind, flags: { account?: string; from?: string; to?: string; format: 'ndjson' | 'csv' }) =>
        runExport(cli, what, flags),
    );
  withHelp(command, 'connects export entries --account a1 --from 2021-01-01', [0, 2, 75]);
}

function exportKind(text: string): ExportKind {
  if (text === 'entries' || text === 'decisions' || text === 'accounts') return text;
  throw invalidInput('usage', `export ${text}: expected entries, decisions or accounts`);
}

function exportFormat(text: string): 'ndjson' | 'csv' {
  if (text === 'ndjson' || text === 'csv') return text;
  throw invalidInput('usage', `--format ${text}: expected ndjson or csv`);
}

async function runExport(
  cli: Cli,
  what: ExportKind,
  { format, ...filter }: { account?: string; from?: string; to?: string; format: 'ndjson' | 'csv' },
): Promise<void> {
  await requireSchema(cli.app);
  const columns = EXPORT_COLUMNS[what];
  if (format === 'csv') await write(cli, formatCsv([columns]));
  for await (const row of exportRows(cli.app.readDb, what, filter)) {
    if (cli.signal.aborted) return;
    await write(
      cli,
      format === 'csv' ? formatCsv([columns.map((name) => cell(row[name]))]) : ndjson(columns, row),
    );
  }
}

const ndjson = (columns: readonly string[], row: ExportRow): string =>
  `${JSON.stringify(Object.fromEntries(columns.map((name) => [name, row[name]])))}\n`;

const cell = (value: ExportRow[string] | undefined): unknown =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : value;

/** Waits where the reader is slower than the database, so that memory stays flat. */
async function write(cli: Cli, text: string): Promise<void> {
  const out = cli.streams.out as NodeJS.WritableStream;
  if (!out.write(text)) await once(out, 'drain');
}
