/** Where a run took place: what its figures cannot be compared without. */
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';

export interface HostFacts {
  readonly processors: number;
  readonly model: string;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly node: string;
  /** Such as `10.11.18-MariaDB, Redis 7.0.15`. */
  readonly servers: string;
  /** Version by package. */
  readonly packages: Readonly<Record<string, string>>;
  /** How many processes wanted a processor in the last 1, 5 and 15 minutes, before anything was run. */
  readonly loadBefore: readonly number[];
}

/** What the contenders are made of. */
const PACKAGES = ['bullmq', 'ioredis', 'knex', 'mysql2'];
const PACKAGES_OF_PEERS = ['graphile-worker', 'pg-boss', 'pg'];
const modules = join(import.meta.dirname, '../../node_modules');

/** @param loadBefore as `os.loadavg` had it before the first server was started */
export function hostFacts(servers: string, loadBefore: readonly number[], withPeers: boolean): HostFacts {
  const packages = [...PACKAGES, ...(withPeers ? PACKAGES_OF_PEERS : [])];
  return {
    processors: cpus().length,
    model: cpus()[0]?.model ?? '',
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
    servers,
    packages: Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
    loadBefore,
  };
}

export const currentLoad = (): number[] => loadavg().map((load) => Number(load.toFixed(2)));

function versionOf(name: string): string {
  const { version } = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
