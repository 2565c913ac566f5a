/** The flags of `npm run bench`. */
import { parseArgs } from 'node:util';
import { SetupError } from '../servers/setup-error.ts';

export const CONTENDER_NAMES = ['a', 'b', 'c', 'd', 'e'] as const;
export type ContenderName = (typeof CONTENDER_NAMES)[number];

export interface BenchOptions {
  readonly accounts: number;
  readonly rounds: number;
  /** Accounts of the large runs of the product; 0 leaves them out. */
  readonly large: number;
  readonly only: readonly ContenderName[];
  /** Where the JSON document goes instead of stdout. */
  readonly json: string | undefined;
  /** A missed ask makes the exit code 1. */
  readonly strict: boolean;
}

export const USAGE = `usage: npm run -s bench -- [flags]
  --accounts N   accounts of a round (10000)
  --rounds N     rounds, of which medians are taken (3)
  --large N      accounts of the product's large runs, in both lanes; 0 leaves them out (100000)
  --only LIST    contenders, such as a,b (a,b,c,d,e)
  --json FILE    write the JSON document there instead of to stdout
  --strict       exit with 1 when an ask is missed
`;

const EXIT_USAGE = 2;
/** The fleet numbers its accounts with seven digits from two sets of a thousand. */
const ACCOUNTS_MAX = 1_000_000;

/** @throws SetupError (exit 2) with the usage */
export function parseOptions(args: readonly string[]): BenchOptions | 'help' {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        accounts: { type: 'string', default: '10000' },
        rounds: { type: 'string', default: '3' },
        large: { type: 'string', default: '100000' },
        only: { type: 'string', default: CONTENDER_NAMES.join(',') },
        json: { type: 'string' },
        strict: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return 'help';
    return {
      accounts: parseCount('--accounts', values.accounts, 100, ACCOUNTS_MAX),
      rounds: parseCount('--rounds', values.rounds, 1, 100),
      large: parseCount('--large', values.large, 0, ACCOUNTS_MAX),
      only: parseContenders(values.only),
      json: values.json,
      strict: values.strict,
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

function parseContenders(text: string): ContenderName[] {
  const asked = new Set(text.split(',').map((one) => one.trim()));
  const known = CONTENDER_NAMES.filter((name) => asked.has(name));
  if (known.length === asked.size) return known;
  throw new Error(`--only ${text}: expected some of ${CONTENDER_NAMES.join(',')}`);
}
