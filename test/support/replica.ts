/** A real primary and a real replica of it, each a server of its own, as both products replicate: row by row, by GTIDs. */
import { connectDatabase } from '../../src/db/connection.ts';
import { freePorts } from '../../scripts/servers/free-ports.ts';
import { type PrivateServer, privateDatabase } from './private-servers.ts';
import { onMysql } from './products.ts';

export interface Replicated {
  readonly primary: PrivateServer;
  /** For this database there: whoever has it may read, and do nothing else. */
  readerUrl(database: string): string;
  /** What arrives there is kept, and not applied any more. */
  stopApplying(): Promise<void>;
  goOnApplying(): Promise<void>;
  remove(): Promise<void>;
}

const BOTH = ['--binlog-format=ROW', '--skip-networking=0', '--bind-address=127.0.0.1'];
const OWN = onMysql
  ? {
      primary: ['--gtid-mode=ON', '--enforce-gtid-consistency=ON'],
      replica: ['--gtid-mode=ON', '--enforce-gtid-consistency=ON'],
    }
  : { primary: [], replica: [] };

export async function replicate(): Promise<Replicated> {
  const [port, other] = await freePorts(2);
  const primary = await privateDatabase([
    ...BOTH,
    ...OWN.primary,
    `--port=${port}`,
    '--server-id=1',
    '--log-bin=binlog',
  ]);
  const replica = await privateDatabase([
    ...BOTH,
    ...OWN.replica,
    `--port=${other}`,
    '--server-id=2',
    '--read-only=ON',
  ]);
  const onReplica = async (...statements: readonly string[]): Promise<void> => {
    const admin = connectDatabase(replica.url, 1);
    try {
      for (const statement of statements) await admin.raw(statement);
    } finally {
      await admin.destroy();
    }
  };
  const admin = connectDatabase(primary.url, 1);
  await admin.raw("CREATE USER 'copies'@'127.0.0.1' IDENTIFIED BY 'copied'");
  await admin.raw("GRANT REPLICATION SLAVE ON *.* TO 'copies'@'127.0.0.1'");
  await admin.raw("CREATE USER 'reader'@'localhost'");
  await admin.raw("GRANT SELECT, SHOW VIEW ON *.* TO 'reader'@'localhost'");
  await admin.destroy();
  const from = `HOST = '127.0.0.1', #_PORT = ${port}, #_USER = 'copies', #_PASSWORD = 'copied'`;
  await onReplica(
    onMysql
      ? `CHANGE REPLICATION SOURCE TO SOURCE_${from.replaceAll('#', 'SOURCE')}, SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1`
      : `CHANGE MASTER TO MASTER_${from.replaceAll('#', 'MASTER')}, MASTER_USE_GTID = slave_pos`,
    'START REPLICA',
  );
  return {
    primary,
    readerUrl: (database) => {
      const url = new URL(replica.url);
      url.username = 'reader';
      url.pathname = `/${database}`;
      return url.toString();
    },
    stopApplying: () => onReplica('STOP REPLICA SQL_THREAD'),
    goOnApplying: () => onReplica('START REPLICA SQL_THREAD'),
    remove: async () => {
      await onReplica('STOP REPLICA');
      await replica.remove();
      await primary.remove();
    },
  };
}
