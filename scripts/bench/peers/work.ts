/** What people would pick instead, doing the same work. */
import { WARM_UP_ACCOUNTS } from '../fleet.ts';
import type { PEER_NAMES } from '../options.ts';
import { sweepAndWait } from '../own-work.ts';
import { type Part, type Settler, type Work, doneInTime } from '../work.ts';
import { openFlows } from './flows.ts';
import {
  type PeerQueue,
  anyDueOnPostgres,
  countDueOnPostgres,
  openGraphile,
  openPgBoss,
  sweepPostgres,
} from './postgres-sweep.ts';
import type { PostgresGround } from './postgres-tables.ts';
import { WAY_WORDS, type Way } from './ways.ts';

/** One that works as it comes takes minutes for all of them. */
const WARM_UP_AS_IT_COMES = { graphile: 400, pgboss: 3 };

const GRAPHILE = 'scripts/bench/peers/graphile-worker.js';
const PG_BOSS = 'scripts/bench/peers/pg-boss-worker.js';

export const PEER_WORK: Readonly<Record<(typeof PEER_NAMES)[number], Work>> = {
  flows: {
    title: 'BullMQ flows, one transaction per account',
    command: ['scripts/bench/peers/flows-worker.js'],
    settings: { CONNECTS_COHORT_OVER: '0' },
    open: async ({ app }) => {
      const flows = await openFlows(app.config, app.queue);
      const deps = { ...app.sweepDeps, queue: flows.queue };
      return { settle: (part) => sweepAndWait(deps, part), close: () => flows.close() };
    },
  },
  graphile: graphile('default', WARM_UP_AS_IT_COMES.graphile),
  'graphile-tuned': graphile('tuned'),
  'graphile-group': graphile('group-commit'),
  pgboss: pgBoss('default', WARM_UP_AS_IT_COMES.pgboss),
  'pgboss-tuned': pgBoss('tuned'),
  'pgboss-group': pgBoss('group-commit'),
};

function graphile(way: Way, warmUp = WARM_UP_ACCOUNTS): Work {
  const open = onPostgres(openGraphile);
  return {
    title: `graphile-worker, ${WAY_WORDS[way]}`,
    command: [GRAPHILE, way],
    onPostgres: { warmUp },
    open,
  };
}

function pgBoss(way: Way, warmUp = WARM_UP_ACCOUNTS): Work {
  const open = onPostgres(openPgBoss);
  return { title: `pg-boss, ${WAY_WORDS[way]}`, command: [PG_BOSS, way], onPostgres: { warmUp }, open };
}

function onPostgres(openQueue: (ground: PostgresGround) => Promise<PeerQueue>): Work['open'] {
  return async ({ postgres }): Promise<Settler> => {
    if (!postgres) throw new Error('this contender works on PostgreSQL, and there is none');
    const queue = await openQueue(postgres);
    return { settle: (part) => settle(postgres, queue, part), close: () => queue.close() };
  };
}

async function settle(postgres: PostgresGround, queue: PeerQueue, part: Part): Promise<number> {
  const startedAt = performance.now();
  await sweepPostgres(postgres, queue, part.asOf);
  const isDone = await doneInTime(
    part,
    startedAt,
    async () => !(await anyDueOnPostgres(postgres, part.asOf)),
  );
  return isDone ? part.accounts : part.accounts - (await countDueOnPostgres(postgres, part.asOf));
}
