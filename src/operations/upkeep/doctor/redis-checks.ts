/** Redis: server, settings, queues, workers. */
import { skewOf } from '../../../clocks.ts';
import { messageOf } from '../../../errors.ts';
import { shownNow } from '../../../db/query.ts';
import type { LostShard, QueueState } from '../../../queue/inspector.ts';
import type { OldShards } from '../../../queue/old-shards.ts';
import type { RedisServer } from '../../../queue/redis-servers.ts';
import { type RedisKind, readRedisAddress } from '../../../servers/redis-address.ts';
import { mendOf, redisFault } from '../../../servers/classify.ts';
import { AGAIN } from '../../../servers/fault.ts';
import { counted } from '../../../words.ts';
import { compared } from './clock-findings.ts';
import { AFTER_ANOTHER, findOtherOwner } from '../installation.ts';
import type { DoctorDeps } from './deps.ts';
import { type HowItRuns, findHowItRuns, workAdvice } from './how-it-runs.ts';
import { type Finding, fault, ok, warning } from './finding.ts';

type Deps = Pick<DoctorDeps, 'db' | 'clock' | 'inspector' | 'queue'> & {
  readonly config: Pick<DoctorDeps['config'], 'redisUrl' | 'queueShards'>;
};

const FULL_SHARE = 0.8;

export async function checkRedisServer({ inspector, config }: Deps): Promise<readonly Finding[]> {
  const lost = await inspector.requireSomeServing();
  await inspector.requireSameShards({ works: false });
  const servers = await inspector.readServers();
  const kind = config.redisUrl === undefined ? 'single' : readRedisAddress(config.redisUrl).kind;
  const findings = servers.flatMap((one) => checkServer(one, kind));
  if (lost.length > 0) findings.push(...tellLost(lost, config.queueShards));
  else if (kind === 'cluster') findings.push(...checkShards(servers));
  if (lost.length === 0) findings.push(...(await inspector.findOldShards()).map(tellOld));
  return findings.length > 0 ? findings : [ok('redis', toldOf(servers, kind))];
}

function checkServer(server: RedisServer, kind: RedisKind): Finding[] {
  const findings: Finding[] = [];
  const of = kind === 'single' ? '' : ` of ${server.address}`;
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(server.version) ?? [];
  if (Number(major) * 100 + Number(minor) < 602)
    findings.push(
      fault('redis', `Redis ${server.version}${of} is too old`, 'use Redis 6.2 or Valkey 7.2, or later'),
    );
  if (server.role !== 'master')
    findings.push(
      fault(
        'redis',
        `the server${of} is a ${server.role || 'replica'}`,
        'give the address of the primary in REDIS_URL',
      ),
    );
  if (server.evictionPolicy !== 'noeviction')
    findings.push(
      fault(
        'redis',
        `maxmemory-policy${of} is ${server.evictionPolicy}: a full Redis would throw jobs away`,
        'CONFIG SET maxmemory-policy noeviction, and in redis.conf',
      ),
    );
  if (server.maxBytes > 0 && server.usedBytes > server.maxBytes * FULL_SHARE)
    findings.push(
      warning(
        'redis',
        `${Math.round((server.usedBytes / server.maxBytes) * 100)} % of maxmemory${of} is used`,
        'raise maxmemory: a million waiting jobs take 280 MB',
      ),
    );
  if (kind !== 'single' && server.replicas === 0)
    findings.push(
      warning(
        'redis',
        `the master ${server.address} has no replica: where it dies, its jobs wait until somebody brings it back`,
        kind === 'cluster' ? 'redis-cli --cluster add-node … --cluster-slave' : 'start a replica of it',
      ),
    );
  return findings;
}

/** Nobody takes what is in them, and it takes room. */
const tellOld = ({ shards, names, jobs }: OldShards): Finding =>
  warning(
    'redis',
    `${counted(names.length, 'queue is', 'queues are')} left of ${counted(shards, 'shard')} with ${counted(jobs, 'job')}: nobody takes them, and the database knows all that they hold`,
    'once every process counts alike: "connects installation tidy"',
  );

/** Nobody waits for them: so it is told that they are gone, and not who is late by it. */
function tellLost(lost: readonly LostShard[], shards: number): Finding[] {
  const refused = lost.filter(({ error }) => isRefusal(error));
  const away = lost.filter((one) => !refused.includes(one));
  const findings: Finding[] = [];
  const told = (of: readonly LostShard[]): string => {
    const [{ node, error }] = of as [LostShard];
    const where = node === '' ? '' : ` at ${node}`;
    return `${of.map((one) => one.shard).join(', ')} (${messageOf(error)}${where}): the others have their work meanwhile`;
  };
  if (away.length > 0)
    findings.push(
      fault(
        'redis',
        `of ${shards} shards no server answers for ${told(away)}`,
        'bring back that master or a replica of it, be it empty, or redis-cli --cluster fix: docs/operations.md: Redis servers',
      ),
    );
  if (refused[0])
    findings.push(
      fault(
        'redis',
        `of ${shards} shards the server refuses ${told(refused)}`,
        mendOf(redisFault(refused[0].error), 'Redis') ?? AGAIN,
      ),
    );
  return findings;
}

/** The server is there, with what it holds. Of slots that nobody has, the others say that the cluster is down. */
function isRefusal(error: unknown): boolean {
  const found = redisFault(error);
  return found !== undefined && found.class !== 'server-away' && found.code !== 'CLUSTERDOWN';
}

/** All masters work where each has shards. */
function checkShards(servers: readonly RedisServer[]): Finding[] {
  const idle = servers.filter((one) => one.shards === 0);
  if (idle.length === 0) return [];
  return [
    warning(
      'redis',
      `${counted(idle.length, 'master has', 'masters have')} no shard of the queue: ${idle.map((one) => one.address).join(', ')}`,
      `set CONNECTS_QUEUE_SHARDS to ${servers.length * 2} for every process, or spread the hash slots evenly`,
    ),
  ];
}

function toldOf(servers: readonly RedisServer[], kind: RedisKind): string {
  const said = `Redis ${[...new Set(servers.map((one) => one.version))].join(' and ')}, noeviction`;
  const sum = (of: 'replicas' | 'shards'): number => servers.reduce((all, one) => all + one[of], 0);
  const replicas = counted(sum('replicas'), 'replica', 'replicas');
  if (kind === 'sentinel')
    return `${said}; the sentinels name ${servers[0]?.address} the master; ${replicas}`;
  if (kind === 'single') return said;
  const each = servers.map((one) => `${one.shards} at ${one.address}`).join(', ');
  const masters = counted(servers.length, 'master', 'masters');
  return `${said}; a cluster of ${masters} and ${replicas}; ${sum('shards')} shards: ${each}`;
}

/** The second witness, where all three are not one machine. */
export const checkRedisClock = async ({ inspector, clock }: Deps): Promise<readonly Finding[]> =>
  compared('redis', await skewOf(() => inspector.readTime(), clock));

/** Nothing to say where the queues are ours. */
export async function checkOwner({ db, inspector }: Deps): Promise<readonly Finding[]> {
  const other = await findOtherOwner({ db, inspector });
  if (other === undefined) return [];
  return [fault('redis', `the queues belong to another installation (${other})`, AFTER_ANOTHER, 'config')];
}

/** Ticks are the only delayed jobs: one a minute late has nobody to move it. */
export async function checkQueues({ db, inspector }: Deps): Promise<readonly Finding[]> {
  const queues = await inspector.readQueues(await shownNow(db));
  const [single, cohorts] = [await inspector.countStalled('settle'), await inspector.countStalled('cohorts')];
  const stalled = single + cohorts;
  const how = await findHowItRuns(db);
  const findings = queues.flatMap((one) => checkQueue(one, how));
  if (stalled > 0)
    findings.push(
      warning(
        'workers',
        `${counted(stalled, 'job is', 'jobs are')} held by workers that died or hang`,
        `nothing, when a worker is running: it takes them over within 20 s. Else ${workAdvice(how)}`,
      ),
    );
  const told = queues.map(
    (one) => `${one.queue} ${one.waiting} waiting, ${one.active} active, ${one.workers} workers`,
  );
  return findings.length > 0 ? findings : [ok('queues', told.join('; '))];
}

const STARTS: Record<QueueState['queue'], string> = {
  settle: 'start "connects worker"',
  cohorts: 'start "connects worker"',
  notices: 'start "connects worker" with SMTP_URL set',
  ticks: 'start "connects scheduler"',
};

function checkQueue({ queue, waiting, overdue, workers }: QueueState, how: HowItRuns): Finding[] {
  const findings: Finding[] = [];
  if (overdue > 0)
    findings.push(
      fault(
        'queues',
        `${counted(overdue, 'delayed job', 'delayed jobs')} of "${queue}" overdue: nobody moves ${overdue === 1 ? 'it' : 'them'}`,
        `${STARTS[queue]}, or restart it if it is running`,
      ),
    );
  if (waiting > 0 && workers === 0)
    findings.push(
      fault(
        'workers',
        `${counted(waiting, 'job waits', 'jobs wait')} in "${queue}" and no worker is connected`,
        queue === 'ticks' ? STARTS[queue] : workAdvice(how, STARTS[queue]),
      ),
    );
  return findings;
}
