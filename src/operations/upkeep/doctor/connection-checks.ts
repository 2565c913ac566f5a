/** Whether servers allow as many connections as the processes of this installation may open at their busiest. */
import type { Database } from '../../../db/connection.ts';
import { type Connections, readConnections } from '../../../db/server-settings.ts';
import { shownNow } from '../../../db/query.ts';
import { counted } from '../../../words.ts';
import type { DoctorDeps } from './deps.ts';
import { type Finding, ok, warning } from './finding.ts';

/** Connections to Redis that one process of a kind has; docs/operations.md has the same table, with the others. */
export const REDIS_CONNECTIONS = { worker: 11, scheduler: 8, console: 5, command: 11 } as const;

type Deps = Pick<DoctorDeps, 'db' | 'readDb' | 'inspector' | 'config'>;

/** Processes of each kind. Consoles and commands tell nobody that they are there: one of each is assumed. */
interface Alive {
  readonly worker: number;
  readonly scheduler: number;
  readonly console: number;
  readonly command: number;
}

/** With Redis away, as many as the smallest installation has. */
const SMALLEST: Alive = { worker: 1, scheduler: 1, console: 1, command: 1 };
/** `CONNECTS_DATABASE_POOL` takes no less. */
const POOL_MIN = 2;
/** Of a command, for its dry run. */
const REHEARSAL = 1;

export async function checkConnections(deps: Deps, redisIsThere: boolean): Promise<readonly Finding[]> {
  const { db, readDb, config } = deps;
  const alive = redisIsThere ? await readAlive(deps) : SMALLEST;
  const all = alive.worker + alive.scheduler + alive.console + alive.command;
  const { databasePoolMax: pool, readDatabaseUrl } = config;
  const readers = readDatabaseUrl === undefined ? 0 : all;
  const isShared = readers > 0 && (await isSameServer(db, readDb));
  const pools = all + (isShared ? readers : 0);
  const findings = [checkServer('DATABASE_URL', await readConnections(db), { alive, pools, pool })];
  if (readers > 0 && !isShared)
    findings.push(
      checkServer('READ_DATABASE_URL', await readConnections(readDb), { alive, pools: readers, pool }),
    );
  if (redisIsThere) findings.push(await checkRedis(deps, alive));
  const wrong = findings.filter((one) => one !== undefined);
  if (wrong.length > 0) return wrong;
  return [
    ok(
      'connections',
      `room for ${told(alive)}: ${pools * pool + REHEARSAL * alive.command} to the database at the most`,
    ),
  ];
}

async function readAlive({ db, inspector }: Deps): Promise<Alive> {
  const queues = await inspector.readQueues(await shownNow(db));
  const of = (name: string): number => queues.find((one) => one.queue === name)?.workers ?? 0;
  return { ...SMALLEST, worker: Math.max(1, of('settle')), scheduler: Math.max(1, of('ticks')) };
}

/** Where both addresses lead to one server, which gives connections to both. */
async function isSameServer(db: Database, readDb: Database): Promise<boolean> {
  const [one, other] = [await readConnections(db), await readConnections(readDb)];
  return one.server === other.server;
}

const told = ({ worker, scheduler, console, command }: Alive): string =>
  [
    counted(worker, 'worker'),
    counted(scheduler, 'scheduler'),
    counted(console, 'console'),
    `and ${counted(command, 'command')}`,
  ].join(', ');

function checkServer(
  variable: string,
  { max, maxOfUser, ofOthers }: Connections,
  { alive, pools, pool }: { readonly alive: Alive; readonly pools: number; readonly pool: number },
): Finding | undefined {
  const need = pools * pool + REHEARSAL * alive.command;
  const isOfUser = maxOfUser > 0 && maxOfUser < max - ofOthers;
  const allowed = isOfUser ? maxOfUser : max - ofOthers;
  if (need <= allowed) return undefined;
  const limit = isOfUser ? `max_user_connections is ${maxOfUser}` : `max_connections is ${max}`;
  const besides = isOfUser || ofOthers === 0 ? '' : `, of which others have ${ofOthers}`;
  const fits = Math.floor((allowed - REHEARSAL * alive.command) / pools);
  const lower = fits >= POOL_MIN ? `set CONNECTS_DATABASE_POOL=${fits} for every process, or ` : '';
  const setting = isOfUser ? 'max_user_connections' : 'max_connections';
  return warning(
    'connections',
    `${told(alive)} may open ${need} connections to the server of ${variable}, ${pool} for each pool, and its ${limit}${besides}`,
    `${lower}raise ${setting} of that server to ${isOfUser ? need : need + ofOthers} at the least: docs/operations.md: Connections`,
  );
}

/** Of one server: what a cluster's nodes have each depends on where its shards lie. */
async function checkRedis({ inspector }: Deps, alive: Alive): Promise<Finding | undefined> {
  const [server, ...others] = await inspector.readServers();
  const maxClients = others.length > 0 ? 0 : (server?.maxClients ?? 0);
  const kinds = Object.keys(REDIS_CONNECTIONS) as (keyof Alive)[];
  const need = kinds.reduce((sum, kind) => sum + alive[kind] * REDIS_CONNECTIONS[kind], 0);
  if (maxClients === 0 || need <= maxClients) return undefined;
  return warning(
    'connections',
    `${told(alive)} open ${need} connections to Redis, and its maxclients is ${maxClients}`,
    `CONFIG SET maxclients ${need} at the least, and in redis.conf`,
  );
}
