/** export: everything that was recorded, as a stream. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LONG_STATEMENT_MS, withStatementLimit } from '../../db/limits.ts';
import { ConnectsError, invalidInput } from '../../errors.ts';
import { findAccount } from '../../ledger/accounts.ts';
import { requireRun } from '../../operations/accounts/require-known.ts';
import {
  EXPORT_COLUMNS,
  EXPORT_KINDS,
  type ExportFilter,
  type ExportKind,
  type ExportRow,
  exportRows,
} from '../../reports/exports.ts';
import type { Cli } from '../context.ts';
import { type ListFlags, streamList, withListFlags } from '../listing.ts';
import { accountFlag, dateFlag, idFlag, withHelp } from '../options.ts';
import { reportsFrom } from '../reading.ts';
import { requireSchema } from '../require-schema.ts';

interface ExportFlags extends ExportFilter, ListFlags {
  readonly format?: 'ndjson' | 'csv';
}

export function addExportCommand(program: Command, cli: Cli): void {
  const command = program
    .command('export')
    .description('everything that was recorded, streamed, by account and then posting order')
    .argument('<what>', EXPORT_KINDS.join(', '), exportKind)
    .option('--account <id>', 'of this account only', accountFlag)
    .option('--run <id>', 'entries and decisions of this run', idFlag)
    .option('--from <date>', 'entries and decisions from this date (UTC) on', dateFlag)
    .option('--to <date>', 'entries and decisions up to this date (UTC), included', dateFlag)
    .addOption(
      new Option('--format <format>', 'the same as --ndjson (which is the default) or --csv')
        .choices(['ndjson', 'csv'])
        .conflicts(['json', 'ndjson', 'csv']),
    )
    .action((what: ExportKind, flags: ExportFlags) =>
      withStatementLimit(LONG_STATEMENT_MS, () => runExport(cli, what, flags)),
    );
  withHelp(
    withListFlags(command),
    'connects export entries --account a1 --from 2021-01-01',
    [0, 2, 6, 75, 130, 143],
  );
}

function exportKind(text: string): ExportKind {
  const found = EXPORT_KINDS.find((one) => one === text);
  if (!found) throw new InvalidArgumentError(`expected one of ${EXPORT_KINDS.join(', ')}.`);
  return found;
}

async function runExport(cli: Cli, what: ExportKind, flags: ExportFlags): Promise<void> {
  const { account, from, to, run } = flags;
  checkFilter(what, flags);
  await requireSchema(cli.app);
  await requireAccount(cli, account);
  await requireRun(cli.app.db, run);
  const db = await reportsFrom(cli);
  const format = flags.json ? { json: true as const } : formatOf(flags);
  const fields = EXPORT_COLUMNS[what];
  await streamList(cli, format, exportRows(db, what, { account, from, to, run }), {
    toJson: (row: ExportRow): ExportRow =>
      Object.fromEntries(fields.map((name) => [name, row[name] ?? null])),
    fields,
  });
}

const formatOf = ({ csv, format }: ExportFlags): ListFlags =>
  csv || format === 'csv' ? { csv: true } : { ndjson: true };

function checkFilter(what: ExportKind, { from, to, run }: ExportFilter): void {
  if (what === 'accounts' && (from !== undefined || to !== undefined || run !== undefined))
    throw invalidInput(
      'usage',
      'export accounts takes neither --from nor --to, and no --run: accounts are exported as they are now',
    );
  if (from !== undefined && to !== undefined && from > to)
    throw invalidInput('usage', `--from ${from} --to ${to}: expected --to not before --from`);
}

/** @throws not-found: an account without entries is one thing, an id that nobody knows another */
async function requireAccount({ app }: Cli, id: string | undefined): Promise<void> {
  if (id === undefined || (await findAccount(app.db, id))) return;
  throw new ConnectsError('not-found', 'unknown-account', `there is no account ${id}`);
}
