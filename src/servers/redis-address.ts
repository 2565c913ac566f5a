/** Addresses of Redis: a single server, sentinels that know which one is the master, or nodes of a cluster. */
import { hostOf, membersOf } from './address.ts';

export type RedisKind = 'single' | 'sentinel' | 'cluster';

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

export interface RedisAddress {
  readonly kind: RedisKind;
  /** Its first host with all that is the same for each: user, password, parameters. */
  readonly url: URL;
  /** Of a socket: none. */
  readonly nodes: readonly RedisNode[];
  /** The name by which sentinels know the master; empty elsewhere. */
  readonly master: string;
  readonly database: number;
}

export const REDIS_SCHEMES = [
  'redis:',
  'rediss:',
  'unix:',
  'redis+sentinel:',
  'rediss+sentinel:',
  'redis+cluster:',
  'rediss+cluster:',
];

/** Parameters besides those of TLS. */
export const REDIS_PARAMETERS = ['db', 'sentinel_username', 'sentinel_password'];

const PORTS: Readonly<Record<RedisKind, number>> = { single: 6379, sentinel: 26_379, cluster: 6379 };

export function kindOf({ protocol }: URL): RedisKind {
  const [, kind = 'single'] = /\+(sentinel|cluster):$/.exec(protocol) ?? [];
  return kind as RedisKind;
}

/** @param text an address that `faultOfRedis` finds nothing wrong with, at any of its hosts */
export function readRedisAddress(text: string): RedisAddress {
  const members = membersOf(text);
  const url = members[0] as URL;
  const kind = kindOf(url);
  const nodes = members.map((one) => ({ host: hostOf(one), port: Number(one.port || PORTS[kind]) }));
  const { master, database } = pathOf(url);
  return { kind, url, nodes: url.protocol === 'unix:' ? [] : nodes, master, database: Number(database) };
}

/** What follows the hosts: `/0`, `/mymaster/0`, or nothing. */
function pathOf(url: URL): { master: string; database: string; more: string } {
  if (url.protocol === 'unix:') return { master: '', database: url.searchParams.get('db') ?? '', more: '' };
  const parts = url.pathname.split('/').slice(1);
  const master = kindOf(url) === 'sentinel' ? (parts.shift() ?? '') : '';
  const [database = '', ...more] = parts;
  return { master, database, more: more.join('/') };
}

/** As sentinels take it: `sentinel monitor NAME …`. */
const MASTER = /^[\w.-]+$/;

/** What is wrong with what an address says besides its host; undefined when nothing is. */
export function faultOfRedis(url: URL): string | undefined {
  const kind = kindOf(url);
  const { master, database, more } = pathOf(url);
  if (kind === 'sentinel' && !MASTER.test(master))
    return 'expected the name of the master after the sentinels, such as …/mymaster or …/mymaster/0';
  if (kind === 'cluster' && database !== '')
    return 'expected nothing after the nodes: a cluster has no numbered databases';
  if (kind !== 'sentinel' && [...url.searchParams.keys()].some((name) => name.startsWith('sentinel_')))
    return 'sentinel_username and sentinel_password are for redis+sentinel:// only';
  if (kind !== 'single' && url.searchParams.has('db')) return 'the parameter db is for unix:// only';
  return /^\d{0,5}$/.test(database) && more === ''
    ? undefined
    : 'expected the database as a number, such as /0';
}
