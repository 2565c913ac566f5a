/**
 * What knex lacks for servers that are there and do not serve: every statement has a deadline, a connection that is
 * of no use is never used again, one that was idle is asked before it is used, and certificates are compared with names.
 */
import MySql2Client, { type Query, type RawConnection } from 'knex/lib/dialects/mysql2/index.js';
import { dropsConnection, markAsDatabases, markAsTables } from './errors.ts';
import { TABLE_WAIT_S, statementLimitMs } from './limits.ts';
import { prepareSession } from './session.ts';
import { DATABASE, otherServer, whoListens } from '../servers/who-listens.ts';
import { verifyName } from './verify-name.ts';

/** For all the statements that prepare a session. */
const PREPARE_MS = 10_000;
/** A connection that was idle for so long is asked whether it still is one. */
const IDLE_MS = 5_000;
const PING_MS = 2_000;
/** How long a connection may take to say goodbye. */
const GOODBYE_MS = 1_000;
/** How long whoever closes waits for the statements under way. */
const CLOSE_MS = 2_000;

/** Why a connection was cut off by us; whatever is asked of it later fails for the same reason. */
const reasons = new WeakMap<RawConnection, Error>();
/** Runs out when a connection has said nothing for a while. */
const idle = new WeakMap<RawConnection, NodeJS.Timeout>();
/** Those that were idle when another one turned out to be dead. */
const suspects = new WeakSet<RawConnection>();

export class PatientClient extends MySql2Client {
  /** Of this pool: a transaction's client makes none. */
  readonly open = new Set<RawConnection>();

  override async acquireConnection(): Promise<RawConnection> {
    try {
      return await super.acquireConnection();
    } catch (error) {
      throw markAsDatabases(isPoolTimeout(error) ? lost('no connection came free', 'POOL_TIMEOUT') : error);
    }
  }

  override async acquireRawConnection(): Promise<RawConnection> {
    const connection = this.driver.createConnection(this.connectionSettings);
    connection.on('error', (error: unknown) => (connection.__knex__disposed = error));
    verifyName(connection);
    this.open.add(connection);
    try {
      await new Promise<void>((resolve, reject) =>
        connection.connect((error) => (error ? reject(error) : resolve())),
      );
      await within(PREPARE_MS, connection, 'a new connection', () => prepareSession(connection));
      answered(connection);
      return connection;
    } catch (error) {
      this.open.delete(connection);
      cut(connection, error as Error);
      throw markAsDatabases(await explained(error, this.connectionSettings));
    }
  }

  override async _query(connection: RawConnection, query: Query): Promise<Query> {
    const reason = reasons.get(connection);
    if (reason) throw reason;
    let isLong = false;
    const timer = setTimeout(() => (isLong = true), TABLE_WAIT_S * 500);
    try {
      const answer = await within(statementLimitMs(), connection, 'a statement', () =>
        super._query(connection, query),
      );
      answered(connection);
      return answer;
    } catch (error) {
      if (isLong) markAsTables(error);
      // It stays as it is until its transaction has ended, and is left then.
      if (dropsConnection(error)) connection.__knex__disposed = error;
      throw markAsDatabases(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asked by the pool before a connection is used. */
  override async validateConnection(connection: RawConnection): Promise<boolean> {
    if (reasons.has(connection) || !(await super.validateConnection(connection))) return false;
    // Whatever one connection met, others that were silent meanwhile have met, too: they are not tried one by one.
    if (suspects.has(connection)) return false;
    if (!isIdle(connection)) return true;
    try {
      await within(PING_MS, connection, 'an idle connection', () => ping(connection));
      answered(connection);
      return true;
    } catch {
      for (const other of this.open) if (isIdle(other)) suspects.add(other);
      return false;
    }
  }

  override async destroyRawConnection(connection: RawConnection): Promise<void> {
    this.open.delete(connection);
    const isWell = !reasons.has(connection) && connection.__knex__disposed === undefined;
    if (isWell)
      await within(GOODBYE_MS, connection, 'a goodbye', () => end(connection)).catch(() => undefined);
    connection.stream.destroy();
  }

  /** Ends within seconds: what is under way by then is cut off, and the server rolls it back. */
  override async destroy(callback?: () => void): Promise<void> {
    const closing = setTimeout(() => {
      for (const connection of this.open)
        cut(connection, lost('the connection was closed before the answer came'));
    }, CLOSE_MS);
    try {
      await super.destroy(callback);
    } finally {
      clearTimeout(closing);
    }
  }
}

/** Of an end without a greeting, why: most servers that are no database wait to be spoken to. */
async function explained(error: unknown, settings: unknown): Promise<unknown> {
  if (!UNGREETED.includes(String((error as { code?: unknown }).code))) return error;
  const { socketPath, host, port } = settings as Settings;
  const { is } = await whoListens(socketPath === undefined ? { host, port } : { path: socketPath });
  return is === undefined || is === DATABASE ? error : otherServer(is);
}

/** As src/db/address.ts makes them. */
interface Settings {
  readonly socketPath?: string;
  readonly host: string;
  readonly port: number;
}

const UNGREETED = ['ETIMEDOUT', 'PROTOCOL_CONNECTION_LOST', 'ECONNRESET'];

function answered(connection: RawConnection): void {
  suspects.delete(connection);
  const timer = idle.get(connection);
  if (timer) timer.refresh();
  else idle.set(connection, setTimeout(() => idle.delete(connection), IDLE_MS).unref());
}

const isIdle = (connection: RawConnection): boolean => !idle.has(connection);

/** Rejects, and cuts the connection off, when `work` takes longer. */
async function within<Result>(
  ms: number,
  connection: RawConnection,
  what: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const waiting = waitingFor(connection);
  let whenCut: (reason: Error) => void = () => undefined;
  const late = new Promise<never>((_resolve, reject) => waiting.add((whenCut = reject)));
  const timer = setTimeout(() => cut(connection, lost(`${what} got no answer within ${ms / 1_000} s`)), ms);
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
    waiting.delete(whenCut);
  }
}

/** Whoever waits for answers over a connection: the driver tells nobody of an end that we make ourselves. */
function waitingFor(connection: RawConnection): Set<(reason: Error) => void> {
  const known = waiters.get(connection);
  if (known) return known;
  const made = new Set<(reason: Error) => void>();
  waiters.set(connection, made);
  return made;
}

const waiters = new WeakMap<RawConnection, Set<(reason: Error) => void>>();

function cut(connection: RawConnection, reason: Error): void {
  reasons.set(connection, markAsDatabases(reason));
  connection.destroy();
  connection.stream.destroy();
  for (const whenCut of waitingFor(connection)) whenCut(reason);
}

const end = (connection: RawConnection): Promise<void> =>
  new Promise((resolve) => connection.end(() => resolve()));

const ping = (connection: RawConnection): Promise<void> =>
  new Promise((resolve, reject) => connection.ping((error) => (error ? reject(error) : resolve())));

const lost = (message: string, code = 'STATEMENT_TIMEOUT'): Error =>
  Object.assign(new Error(message), { code });

const isPoolTimeout = (error: unknown): boolean =>
  error instanceof Error && error.name === 'KnexTimeoutError';
