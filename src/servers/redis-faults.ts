/** Redis, by the word that a reply begins with. */
import { AGAIN, ELSEWHERE, LOGIN, type ServerFault, faults } from './fault.ts';

const DROPS = { drops: true };
const PRIMARY = 'The server is a read-only replica: give the address of the primary.';

const CLUSTER =
  'The cluster has lost a master and its replicas, or is choosing another one: wait; if it stays, bring them back, or ' +
  'redis-cli --cluster fix.';

export const REDIS_FAULTS: readonly ServerFault[] = [
  ...faults('server-refuses', 'Redis is still loading what it holds: wait.', { LOADING: 'still loading' }),
  ...faults('server-refuses', 'A script blocks Redis: wait, or SCRIPT KILL there.', {
    BUSY: 'a script runs',
  }),
  ...faults(
    'server-refuses',
    'Redis is full: CONFIG SET maxmemory to more, and in redis.conf, or take away what else lives there.',
    { OOM: 'memory is full' },
  ),
  ...faults(
    'server-refuses',
    'Redis has fewer replicas than it wants for writing: bring them back, or lower min-replicas-to-write.',
    { NOREPLICAS: 'too few replicas' },
  ),
  ...faults(
    'server-refuses',
    'Redis cannot save to its disk: mend that (its log says what), or CONFIG SET stop-writes-on-bgsave-error no.',
    { MISCONF: 'it cannot save to disk' },
  ),
  ...faults(
    'server-refuses',
    PRIMARY,
    {
      READONLY: 'read-only replica',
      MASTERDOWN: 'a replica without its primary',
      UNBLOCKED: 'it became a replica',
    },
    DROPS,
  ),
  ...faults('server-refuses', AGAIN, { TRYAGAIN: 'keys are being moved' }),
  ...faults('configuration', LOGIN, { NOAUTH: 'a password is wanted', WRONGPASS: 'wrong password' }),
  ...faults(
    'configuration',
    'The user of Redis lacks a right: it needs every command on its own keys (ACL SETUSER … ~* &* +@all).',
    { NOPERM: 'a right is missing' },
  ),
  ...faults(
    'configuration',
    'Redis runs in protected mode: set a password there (requirepass), and give it in the address.',
    { DENIED: 'protected mode' },
  ),
  ...faults('server-refuses', CLUSTER, { CLUSTERDOWN: 'the cluster is down' }, DROPS),
  ...faults(
    'server-refuses',
    'A shard has moved to another node of the cluster: try again. If it stays, the address does not say that it is a ' +
      'cluster: redis+cluster://host1:6379,host2:6379.',
    { MOVED: 'the node is not that of the shard', ASK: 'the node is not that of the shard' },
    DROPS,
  ),
  ...faults(
    'configuration',
    'Something else keeps keys of these names there: use another database, or another CONNECTS_QUEUE_PREFIX.',
    { WRONGTYPE: 'a key of somebody else' },
  ),
];

interface Worded {
  readonly text: RegExp;
  readonly fault: ServerFault;
}

const worded = (text: RegExp, [found]: readonly ServerFault[]): Worded => ({
  text,
  fault: found as ServerFault,
});

/** What the client throws of an answer that no Redis gives. */
export const NO_REDIS = worded(
  /^Unknown RESP type/,
  faults('configuration', ELSEWHERE, { 'Unknown RESP type': 'what answers there is no Redis' }),
);

/** Replies that begin with ERR have no other code than their text. */
export const REDIS_TEXTS: readonly Worded[] = [
  NO_REDIS,
  worded(
    /max number of clients/i,
    faults('server-refuses', 'Too many connections: raise maxclients there.', {
      'ERR max number of clients reached': 'too many connections',
    }),
  ),
  worded(
    /DB index/i,
    faults('configuration', 'Redis has no database of that number: correct it in the address.', {
      'ERR DB index is out of range': 'no such database',
    }),
  ),
  worded(
    /^Too many Cluster redirections/,
    faults('server-away', CLUSTER, { 'Too many Cluster redirections': 'no node answers for a shard' }),
  ),
  worded(
    /cluster support disabled/i,
    faults('configuration', 'This is no node of a cluster: give its address as redis://host:6379.', {
      'ERR This instance has cluster support disabled': 'no cluster',
    }),
  ),
  worded(
    /no such master/i,
    faults(
      'configuration',
      'No sentinel knows a master of that name: correct what follows the sentinels in the address.',
      { 'ERR No such master with that name': 'no such master' },
    ),
  ),
  worded(
    /unknown command .?sentinel/i,
    faults('configuration', 'This is no sentinel: give the addresses of sentinels, or redis://host:6379.', {
      'ERR unknown command sentinel': 'no sentinel',
    }),
  ),
  worded(/invalid password/i, faults('configuration', LOGIN, { 'ERR invalid password': 'wrong password' })),
  worded(
    /unknown command/i,
    faults(
      'configuration',
      'This is no ordinary Redis (a sentinel, or one with commands taken away): give the address of the server itself.',
      { 'ERR unknown command': 'a command is missing' },
    ),
  ),
];
