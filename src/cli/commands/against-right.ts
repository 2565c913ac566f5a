/** reverse-run --dry-run --against-right: who would gain and who would lose by it. */
import { required } from '../../config.ts';
import { openRehearsal } from '../../db/rehearsal.ts';
import type { Terms } from '../../domain/terms.ts';
import { invalidInput } from '../../errors.ts';
import type { GrantSource } from '../../ledger/run-grants.ts';
import { getRun } from '../../ledger/runs.ts';
import { getLatestTerms, getTermsVersion } from '../../ledger/terms-versions.ts';
import {
  type AgainstRight,
  type Compared,
  compareAgainstRight,
} from '../../operations/reversals/against-right.ts';
import type { ReverseRequest } from '../../operations/reversals/reverse-run.ts';
import { type Cli, print, printJson } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type ListFlags, streamList } from '../listing.ts';
import { type Screen, type Words, linesOf, screenOf } from '../screen.ts';
import { formatTable } from '../table.ts';
import { requireTerms } from '../terms-file.ts';
import { counted, formatCount } from '../words.ts';

export interface RightFlags extends ListFlags {
  readonly againstRight?: true;
  /** The number of a version, or a file. */
  readonly terms?: string;
  readonly dryRun?: true;
}

/** @throws invalid-input `usage` for flags that only go together */
export function requireRightFlags({ againstRight, terms, dryRun, ndjson, csv }: RightFlags): void {
  if (againstRight && !dryRun)
    throw invalidInput('usage', '--against-right writes nothing: it goes with --dry-run');
  if (!againstRight && (terms !== undefined || ndjson || csv))
    throw invalidInput('usage', '--terms, --ndjson and --csv go with --against-right');
}

export async function showAgainstRight(
  cli: Cli,
  request: ReverseRequest,
  flags: RightFlags,
  progress: { stop(): void },
): Promise<void> {
  const terms = await rightTerms(cli, request.source, flags.terms);
  const session = openRehearsal(required(cli.app.config, 'databaseUrl'));
  try {
    const found = await compareAgainstRight({ ...cli.app.settleDeps, session }, request, terms);
    progress.stop();
    if (found.reversal.failed.length > 0) cli.exitCode = EXIT.someFailed;
    await report(cli, found, flags);
  } finally {
    await session.destroy();
  }
}

/** @throws not-found `unknown-terms`; invalid-input where the right ones would be those that it was granted by */
async function rightTerms(
  { app: { db } }: Cli,
  source: GrantSource,
  asked: string | undefined,
): Promise<Terms> {
  if (asked !== undefined)
    return /^\d{1,9}$/.test(asked) ? (await getTermsVersion(db, Number(asked))).terms : requireTerms(asked);
  const latest = await getLatestTerms(db);
  const own = 'run' in source ? (await getRun(db, source.run)).termsVersion : source.eventsUnder;
  if (own === latest.version)
    throw invalidInput(
      'usage',
      `it was granted by terms version ${own}, the latest: say --terms with the version that is right, or its file`,
    );
  return latest.terms;
}

const COLUMNS = ['account', 'balance', 'reversed', 'granted', 'right', 'gain'] as const;
/** Accounts that are named. */
const BIGGEST = 5;

interface Summary {
  readonly accounts: number;
  readonly gaining: number;
  readonly gained: number;
  readonly losing: number;
  readonly lost: number;
  readonly same: number;
  readonly notCompared: Readonly<Record<string, number>>;
  readonly biggest: readonly Compared[];
}

function summaryOf({ compared, notCompared }: AgainstRight): Summary {
  const sum = (rows: readonly Compared[]): number =>
    rows.reduce((total, one) => total + Math.abs(one.gain), 0);
  const gaining = compared.filter((one) => one.gain > 0);
  const losing = compared.filter((one) => one.gain < 0);
  const why: Record<string, number> = {};
  for (const one of notCompared) why[one.why] = (why[one.why] ?? 0) + 1;
  return {
    accounts: compared.length,
    gaining: gaining.length,
    gained: sum(gaining),
    losing: losing.length,
    lost: sum(losing),
    same: compared.length - gaining.length - losing.length,
    notCompared: why,
    biggest: [...gaining, ...losing]
      .toSorted((a, b) => Math.abs(b.gain) - Math.abs(a.gain) || (a.account < b.account ? -1 : 1))
      .slice(0, BIGGEST),
  };
}

async function report(cli: Cli, found: AgainstRight, flags: RightFlags): Promise<void> {
  const summary = summaryOf(found);
  if (flags.json)
    return printJson(cli, { outcome: found.reversal.outcome, ...summary, reversal: found.reversal });
  if (flags.ndjson || flags.csv) {
    const listing = { toJson: (one: Compared): Compared => one, fields: COLUMNS };
    return streamList(cli, flags, found.compared, listing);
  }
  return print(cli, textOf(screenOf(cli), summary));
}

const WHY: Record<string, string> = {
  due: 'due, and settled by the latest terms first',
  'events-wait': 'with events that wait, and are counted first: "connects events waiting list"',
  'corrected-since': 'corrected by an operator since',
  'granted-later': 'granted later, by a backfill',
  'not-played': 'whose ledger is not what the rules come to: "connects audit"',
};

function textOf(
  screen: Screen,
  { accounts, gaining, gained, losing, lost, same, notCompared, biggest }: Summary,
): Words {
  return linesOf([
    'dry run: nothing was written; taken back and granted again, against a past that had been right from the start:',
    `  compared  ${counted(accounts, 'account')}`,
    `  gain      ${counted(gaining, 'account')}, ${formatCount(gained)} Connects in all`,
    `  lose      ${counted(losing, 'account')}, ${formatCount(lost)} Connects in all`,
    `  the same  ${counted(same, 'account')}`,
    ...Object.entries(notCompared).map(
      ([why, count]) => `  left out  ${counted(count, 'account')} ${WHY[why] ?? why}`,
    ),
    ...(biggest.length > 0 ? ['', tableOf(screen, biggest)] : []),
  ]);
}

const tableOf = (screen: Screen, rows: readonly Compared[]): Words =>
  formatTable(
    screen,
    [
      { name: 'account', cut: 'middle' },
      'now',
      'taken back',
      'granted again',
      'right',
      { name: 'gain', align: 'right' },
    ],
    rows.map((one) => [
      one.account,
      one.balance,
      one.reversed,
      one.granted,
      one.right,
      `${one.gain > 0 ? '+' : ''}${formatCount(one.gain)}`,
    ]),
  );
