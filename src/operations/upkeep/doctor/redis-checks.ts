/** Redis: server, settings, queues, workers. */
import { skewOf } from '../../../clocks.ts';
import { shownNow } from '../../../db/query.ts';
import type { QueueState } from '../../../queue/inspector.ts';
import { counted } from '../../../words.ts';
import { compared } from './clock-findings.ts';
import { AFTER_ANOTHER, findOtherOwner } from '../installation.ts';
import type { DoctorDeps } from './deps.ts';
import { type HowItRuns, findHowItRuns, workAdvice } from './how-it-runs.ts';
import { type Finding, fault, ok, warning } from './finding.ts';

type Deps = Pick<DoctorDeps, 'db' | 'clock' | 'inspector' | 'queue'>;

const FULL_SHARE = 0.8;

export async function checkRedisServer({ inspector }: Deps): Promise<readonly Finding[]> {
  await inspector.requireServing();
  const server = await inspector.readServer();
  const findings: Finding[] = [];
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(server.version) ?? [];
  if (Number(major) * 100 + Number(minor) < 602)
    findings.push(
      fault('redis', `Redis ${server.version} is too old`, 'use Redis 6.2 or Valkey 7.2, or later'),
    );
  if (server.role !== 'master')
    findings.push(
      fault(
        'redis',
        `the server is a ${server.role || 'replica'}`,
        'give the address of the primary in REDIS_URL',
      ),
    );
  if (server.evictionPolicy !== 'noeviction')
    findings.push(
      fault(
        'redis',
        `maxmemory-policy is ${server.evictionPolicy}: a full Redis would throw jobs away`,
        'CONFIG SET maxmemory-policy noeviction, and in redis.conf',
      ),
    );
  if (server.maxBytes > 0 && server.usedBytes > server.maxBytes * FULL_SHARE)
    findings.push(
      warning(
        'redis',
        `${Math.round((server.usedBytes / server.maxBytes) * 100)} % of maxmemory is used`,
        'raise maxmemory: a million waiting jobs take 280 MB',
      ),
    );
  return findings.length > 0 ? findings : [ok('redis', `Redis ${server.version}, noeviction`)];
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
        `nothing, when a worker is running: it takes them over within 90 s. Else ${workAdvice(how)}`,
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
