/** Which product plays the database and which plays Redis, wherever servers are started for a checkout. */
import { SetupError } from './setup-error.ts';

const DATABASES = ['mariadb', 'mysql'] as const;
const REDISES = ['redis', 'valkey'] as const;
const EXIT_USAGE = 2;

export type DatabaseProduct = (typeof DATABASES)[number];
export type RedisProduct = (typeof REDISES)[number];

export interface ServerChoice {
  /** Undefined: what this machine has, MariaDB before MySQL. */
  readonly database: DatabaseProduct | undefined;
  /** Undefined: what this machine has, Redis before Valkey. */
  readonly redis: RedisProduct | undefined;
}

export const PRODUCT_NAMES: Readonly<Record<DatabaseProduct | RedisProduct, string>> = {
  mariadb: 'MariaDB',
  mysql: 'MySQL',
  redis: 'Redis',
  valkey: 'Valkey',
};

/** @throws SetupError (exit 2) when a variable names a product that we know no way to run */
export function chosenServers(env: NodeJS.ProcessEnv): ServerChoice {
  return {
    database: chosen(env, 'CONNECTS_LOCAL_DATABASE', DATABASES),
    redis: chosen(env, 'CONNECTS_LOCAL_REDIS', REDISES),
  };
}

/**
 * `mysql valkey` as the variables that choose them.
 * @param variable named in the refusal
 * @throws SetupError (exit 2) for any other word
 */
export function serversNamed(variable: string, words: string): Record<string, string> {
  const names = words.split(/\s+/).filter((word) => word !== '');
  return Object.fromEntries(
    names.map((name) => {
      if (DATABASES.some((one) => one === name)) return ['CONNECTS_LOCAL_DATABASE', name];
      if (REDISES.some((one) => one === name)) return ['CONNECTS_LOCAL_REDIS', name];
      throw unknownProduct(variable, [...DATABASES, ...REDISES], name);
    }),
  );
}

const unknownProduct = (variable: string, known: readonly string[], value: string): SetupError =>
  new SetupError(`${variable}: expected one of ${known.join(', ')}, not ${value}`, EXIT_USAGE);

function chosen<Product extends string>(
  env: NodeJS.ProcessEnv,
  variable: string,
  known: readonly Product[],
): Product | undefined {
  const value = env[variable];
  if (!value) return undefined;
  const product = known.find((one) => one === value);
  if (product === undefined) throw unknownProduct(variable, known, value);
  return product;
}
