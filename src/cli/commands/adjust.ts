/** adjust: an operator's correction of a balance, by a new entry. */
import { type Command, InvalidArgumentError } from 'commander';
import { ConnectsError, invalidInput } from '../../errors.ts';
import { requireExpected } from '../../expecting.ts';
import { adjustedJson } from '../../json/adjustments.ts';
import { type AdjustOutcome, type Adjustment, adjustBalances } from '../../operations/events/adjust.ts';
import { BadRows } from '../../operations/imports/bad-rows.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readCsvRows } from '../csv.ts';
import { faultsOfFile } from '../fault-list.ts';
import {
  accountFlag,
  actorFlag,
  dryRunFlag,
  expectFlag,
  factFlag,
  jsonFlag,
  reasonFlag,
  withHelp,
  yesFlag,
} from '../options.ts';
import { changeOrRehearse } from '../rehearsing.ts';
import { requireSchema } from '../require-schema.ts';
import { counted } from '../words.ts';

interface AdjustFlags {
  amount?: number;
  reason?: string;
  key?: string;
  file?: string;
  expect?: number;
  dryRun?: true;
  yes?: true;
  actor?: string;
  json?: true;
}

const COLUMNS = ['account_id', 'amount', 'reason', 'key'];
/** Rows of one file; more belong into an events import. */
const ROWS_MAX = 10_000;

export function addAdjustCommand(program: Command, cli: Cli): void {
  const command = program
    .command('adjust')
    .description('correct a balance by a new entry; the same key again changes nothing once it is posted')
    .argument('[account]', 'the account, or --file', accountFlag)
    .option('--amount <n>', 'Connects to add (+N) or to take (-N)', signedFlag)
    .addOption(reasonFlag())
    .addOption(dryRunFlag())
    .option(
      '--key <key>',
      'names this correction: it is posted once; what was refused may be tried again',
      factFlag,
    )
    .option('--file <file>', `many corrections: a CSV file with the header ${COLUMNS.join(',')}`)
    .addOption(expectFlag('corrections'))
    .addOption(yesFlag())
    .addOption(actorFlag())
    .addOption(jsonFlag())
    .action((account: string | undefined, flags: AdjustFlags) => runAdjust(cli, account, flags));
  withHelp(
    command,
    'connects adjust a1 --amount +10 --reason "granted late" --key ticket-4711 --yes',
    [0, 2, 3, 4, 5, 6, 75],
  );
}

function signedFlag(text: string): number {
  if (!/^[+-]?\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected +N or -N, a whole number.');
  return Number(text);
}

async function runAdjust(cli: Cli, account: string | undefined, flags: AdjustFlags): Promise<void> {
  const adjustments = flags.file === undefined ? [fromFlags(account, flags)] : await fromFile(flags.file);
  requireExpected(flags.expect, adjustments.length, 'correction');
  if (!flags.yes && !flags.dryRun)
    throw new ConnectsError(
      'refused',
      'yes-missing',
      `adjust changes ${counted(adjustments.length, 'balance')}: confirm with --yes`,
    );
  await requireSchema(cli.app);
  const request = {
    adjustments,
    actor: flags.actor ?? cli.defaultActor,
    isWhole: flags.file !== undefined,
  };
  const outcomes = await changeOrRehearse(cli, flags, (db) =>
    adjustBalances({ ...cli.app.recordDeps, db }, request),
  );
  const told = adjustments.map((one, index) => ({ ...one, ...(outcomes[index] as AdjustOutcome) }));
  if (flags.json) printJson(cli, told.map(adjustedJson));
  else
    for (const one of told)
      print(cli, `${one.account} ${signed(one.amount)}: ${sentenceOf(one, flags.dryRun === true)}`);
  if (flags.dryRun) say(cli, 'dry run: nothing was written');
  cli.exitCode = exitCodeOf(outcomes);
}

function fromFlags(account: string | undefined, { amount, reason, key }: AdjustFlags): Adjustment {
  if (reason === undefined || reason.trim() === '')
    throw new ConnectsError(
      'refused',
      'reason-missing',
      'adjust needs --reason TEXT: it is kept with the entry',
    );
  if (account === undefined || amount === undefined || key === undefined)
    throw invalidInput(
      'usage',
      'expected "connects adjust ACCOUNT --amount +N --reason TEXT --key KEY --yes", or "connects adjust --file F.csv --yes"',
    );
  return { account, amount, reason, key };
}

async function fromFile(file: string): Promise<Adjustment[]> {
  const adjustments: Adjustment[] = [];
  const bad = new BadRows();
  for await (const { line, cells, faults: found } of readCsvRows(file, COLUMNS, [])) {
    const { account_id: account = '', amount = '', reason = '', key = '' } = cells;
    const faults = /^[+-]?\d{1,9}$/.test(amount) ? found : [...found, NO_AMOUNT];
    if (faults.length > 0) bad.add({ line, faults });
    adjustments.push({ account, amount: Number(amount), reason, key });
    if (adjustments.length > ROWS_MAX)
      throw invalidInput('file', `${file}: expected at most ${ROWS_MAX} rows`);
  }
  if (bad.count > 0) throw invalidInput('file', faultsOfFile(file, bad));
  return adjustments;
}

const NO_AMOUNT = { where: 'amount', what: 'expected +N or -N, a whole number' };

const signed = (amount: number): string => (amount > 0 ? `+${amount}` : String(amount));

function sentenceOf(outcome: AdjustOutcome, isDry: boolean): string {
  const done = isDry ? 'would be posted' : 'posted';
  switch (outcome.outcome) {
    case 'applied':
      return outcome.event === undefined
        ? done
        : `${done}; its key was refused before, so it stands in the ledger as ${outcome.event}`;
    case 'refused':
      return `refused by the rules (${outcome.codes.join(', ')}): ${REFUSED[outcome.codes[0] ?? ''] ?? 'nothing was posted'}`;
    case 'duplicate':
      return BEFORE[outcome.before];
    case 'conflict':
      return `not posted: the key was used before for something else`;
    case 'unknown-account':
      return 'not posted: there is no such account';
    case 'waiting':
      return `kept waiting, because the account cannot be brought current (${outcome.code}: ${outcome.message})`;
    case 'busy':
      return `not posted (${outcome.code}: ${outcome.message}): try again`;
  }
}

const REFUSED: Readonly<Record<string, string>> = {
  'insufficient-connects': 'the balance would go below zero',
  'balance-limit': 'an account cannot hold so many',
};

const BEFORE = {
  applied: 'posted before under this key; nothing changed',
  refused:
    'refused before under this key by an operator, or its key is too long to be tried again: use another key',
  waiting: 'waits already under this key, because the account cannot be brought current; nothing changed',
} as const;

function exitCodeOf(outcomes: readonly AdjustOutcome[]): Cli['exitCode'] {
  const any = (outcome: AdjustOutcome['outcome']): boolean => outcomes.some((one) => one.outcome === outcome);
  if (any('conflict')) return EXIT.conflict;
  if (any('unknown-account')) return EXIT.notFound;
  if (any('busy')) return EXIT.tryAgain;
  const unposted = outcomes.some((one) => one.outcome === 'duplicate' && one.before !== 'applied');
  return any('refused') || any('waiting') || unposted ? EXIT.someFailed : EXIT.done;
}
