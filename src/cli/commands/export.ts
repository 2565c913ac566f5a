/** export: everything that was recorded, as a stream. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LONG_STATEMENT_MS, withStatementLimit } from '../../db/limits.ts';
import { ConnectsError, invalidInput } from '../../errors.ts';
import { findAccount } from '../../ledger/accounts.ts';
import {
  EXPORT_COLUMNS,
  EXPORT_KINDS,
  type ExportFilter,
  type ExportKind,
  type ExportRow,
  exportRows,
} from '../../reports/exports.ts';
import { type Cli, formatCsv, printPart } from '../context.ts';
import { accountFlag, dateFlag, withHelp } from '../options.ts';
import { reportsFrom } from '../reading.ts';
import { requireSchema } from '../require-schema.ts';

interface ExportFlags extends ExportFilter {
  readonly format: 'ndjson' | 'csv';
}

export function addExportCommand(program: Command, cli: Cli): void {
  const command = program
    .command('export')
    .description('everything that was recorded, streamed, by account and then posting order')
    .argument('<what>', EXPORT_KINDS.join(', '), exportKind)
    .option('--account <id>', 'of this account only', accountFlag)
    .option('--from <date>', 'entries and decisions from this date (UTC) on', dateFlag)
    .option('--to <date>', 'entries and decisions before this date (UTC)', dateFlag)
    .addOption(
      new Option('--format <format>', 'how rows are written').choices(['ndjson', 'csv']).default('ndjson'),
    )
    .action((what: ExportKind, flags: ExportFlags) =>
      withStatementLimit(LONG_STATEMENT_MS, () => runExport(cli, what, flags)),
    );
  withHelp(command, 'connects export entries --account a1 --from 2021-01-01', [0, 2, 6, 75, 130, 143]);
}

function exportKind(text: string): ExportKind {
  const found = EXPORT_KINDS.find((one) => one === text);
  if (!found) throw new InvalidArgumentError(`expected one of ${EXPORT_KINDS.join(', ')}.`);
  return found;
}

async function runExport(cli: Cli, what: ExportKind, { format, ...filter }: ExportFlags): Promise<void> {
  checkFilter(what, filter);
  const { app, signal } = cli;
  await requireSchema(app);
  await requireAccount(cli, filter.account);
  const columns = EXPORT_COLUMNS[what];
  const line = format === 'csv' ? csvLine : ndjsonLine;
  if (format === 'csv') await printPart(cli, formatCsv([columns]));
  const db = await reportsFrom(cli);
  for await (const row of exportRows(db, what, filter)) {
    if (signal.aborted) return;
    if (!(await printPart(cli, line(columns, row)))) return;
  }
}

function checkFilter(what: ExportKind, { from, to }: ExportFilter): void {
  if (what === 'accounts' && (from !== undefined || to !== undefined))
    throw invalidInput(
      'usage',
      'export accounts takes neither --from nor --to: accounts are exported as they are now',
    );
  if (from !== undefined && to !== undefined && from >= to)
    throw invalidInput(
      'usage',
      `--from ${from} --to ${to}: expected --to after --from; the day of --to is left out`,
    );
}

/** @throws not-found: an account without entries is one thing, an id that nobody knows another */
async function requireAccount({ app }: Cli, id: string | undefined): Promise<void> {
  if (id === undefined || (await findAccount(app.db, id))) return;
  throw new ConnectsError('not-found', 'unknown-account', `there is no account ${id}`);
}

const ndjsonLine = (columns: readonly string[], row: ExportRow): string =>
  `${JSON.stringify(Object.fromEntries(columns.map((name) => [name, row[name]])))}\n`;

const csvLine = (columns: readonly string[], row: ExportRow): string =>
  formatCsv([columns.map((name) => cellOf(row[name]))]);

const cellOf = (value: ExportRow[string] | undefined): unknown =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
