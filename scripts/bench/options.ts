/** The flags of `npm run bench`. */
import { parseArgs } from 'node:util';
import { SetupError } from '../servers/setup-error.ts';

const OWN_NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g'] as const;
/** What people would pick instead. */
export const PEER_NAMES = [
  'flows',
  'graphile',
  'graphile-tuned',
  'graphile-group',
  'pgboss',
  'pgboss-tuned',
  'pgboss-group',
] as const;
export const CONTENDER_NAMES = [...OWN_NAMES, ...PEER_NAMES] as const;
export type ContenderName = (typeof CONTENDER_NAMES)[number];
/** The product's own. */
export const LANES = { 'per-account': 'a', cohorts: 'e' } as const;
export type Lane = keyof typeof LANES;
/** Those that also run at the large size: the lanes, and what each of them is held against. */
export const LARGE_ONES: readonly ContenderName[] = ['a', 'c', 'd', 'e'];

export interface BenchOptions {
  /** Sizes, smallest first; each contender runs each of them in every round. */
  readonly accounts: readonly number[];
  readonly rounds: number;
  /** A size for the product's lanes and what they are held against; 0 leaves it out. */
  readonly large: number;
  readonly only: readonly ContenderName[];
  /** Where the JSON document goes instead of stdout. */
  readonly json: string | undefined;
  /** A missed ask makes the exit code 1. */
  readonly strict: boolean;
  /** Afterwards the picture and the tables are drawn from the document. */
  readonly plot: boolean;
}

/** Nothing is run: the picture and the tables are drawn from documents of earlier runs. */
export interface PlotOptions {
  readonly files: readonly string[];
}

export const USAGE = `usage: npm run -s bench -- [flags]
  --accounts N[,N…]   accounts of a round; several sizes are run one after another (10000)
  --rounds N          rounds, of which medians are taken (3)
  --large N           accounts of large runs, of both lanes, no-op jobs and set-based SQL; 0 leaves them out (100000 with one size)
  --lanes LIST        the product's lanes that run (per-account,cohorts)
  --peers             also what people would pick instead: BullMQ flows, and graphile-worker and pg-boss on PostgreSQL
  --only LIST         contenders, such as a,b,flows (a,b,c,d,e,f,g; with --peers, all)
  --json FILE         write the JSON document, with every round's samples, there instead of to stdout
  --strict            exit with 1 when an ask is missed
  --plot              draw docs/pictures/rate.svg and the tables of docs/performance.md from that document
  --plot FILE…        the same from documents of earlier runs, and run nothing
`;

const EXIT_USAGE = 2;
/** The fleet numbers its accounts with seven digits from two sets of a thousand. */
const ACCOUNTS_MAX = 1_000_000;
const ACCOUNTS_MIN = 50;
const LARGE = '100000';

/** @throws SetupError (exit 2) with the usage */
export function parseOptions(args: readonly string[]): BenchOptions | PlotOptions | 'help' {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        accounts: { type: 'string', default: '10000' },
        rounds: { type: 'string', default: '3' },
        large: { type: 'string' },
        lanes: { type: 'string', default: Object.keys(LANES).join(',') },
        peers: { type: 'boolean', default: false },
        only: { type: 'string' },
        json: { type: 'string' },
        strict: { type: 'boolean', default: false },
        plot: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return 'help';
    if (positionals.length > 0) {
      if (!values.plot) throw new Error(`${positionals[0]}: only --plot takes files`);
      return { files: positionals };
    }
    if (values.plot && values.json === undefined)
      throw new Error('--plot: name the documents to draw, or the one to write with --json');
    const accounts = parseSizes(values.accounts);
    return {
      accounts,
      rounds: parseCount('--rounds', values.rounds, 1, 100),
      large: parseCount('--large', values.large ?? (accounts.length > 1 ? '0' : LARGE), 0, ACCOUNTS_MAX),
      only: chooseContenders(values),
      json: values.json,
      strict: values.strict,
      plot: values.plot,
    };
  } catch (error) {
    throw new SetupError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`, EXIT_USAGE);
  }
}

function parseCount(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new Error(`${flag} ${text}: expected a whole number from ${min} to ${max}`);
}

function parseSizes(text: string): number[] {
  const sizes = text
    .split(',')
    .map((one) => parseCount('--accounts', one.trim(), ACCOUNTS_MIN, ACCOUNTS_MAX));
  return [...new Set(sizes)].toSorted((one, other) => one - other);
}

interface Chosen {
  readonly only?: string | undefined;
  readonly peers: boolean;
  readonly lanes: string;
}

function chooseContenders({ only, peers, lanes }: Chosen): ContenderName[] {
  const asked = only === undefined ? OWN_NAMES : parseList('--only', only, CONTENDER_NAMES);
  const all = new Set<ContenderName>([...asked, ...(peers ? PEER_NAMES : [])]);
  const kept = new Set<string>(parseList('--lanes', lanes, Object.keys(LANES) as Lane[]));
  for (const [lane, name] of Object.entries(LANES)) if (!kept.has(lane)) all.delete(name);
  if (all.size === 0) throw new Error('--lanes and --only leave nothing to run');
  return CONTENDER_NAMES.filter((name) => all.has(name));
}

function parseList<Name extends string>(flag: string, text: string, known: readonly Name[]): Name[] {
  const asked = new Set(text.split(',').map((one) => one.trim()));
  const found = known.filter((name) => asked.has(name));
  if (found.length === asked.size) return found;
  throw new Error(`${flag} ${text}: expected some of ${known.join(',')}`);
}
