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

function chosen<Product extends string>(
  env: NodeJS.ProcessEnv,
  variable: string,
  known: readonly Product[],
): Product | undefined {
  const value = env[variable];
  if (!value) return undefined;
  const product = known.find((one) => one === value);
  if (product === undefined)
    throw new SetupError(`${variable}: expected one of ${known.join(', ')}, not ${value}`, EXIT_USAGE);
  return product;
}
