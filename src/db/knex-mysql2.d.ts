/** knex publishes no types for its dialects; what src/db/client.ts overrides is declared here. */
declare module 'knex/lib/dialects/mysql2/index.js' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';
  import type { Knex } from 'knex';

  export interface RawConnection extends EventEmitter {
    stream: Socket;
    __knex__disposed?: unknown;
    readonly config: { readonly host?: string; readonly socketPath?: string };
    connect(done: (error: Error | null) => void): void;
    query(sql: string, done: (error: Error | null, rows: unknown) => void): void;
    ping(done: (error: Error | null) => void): void;
    end(done: () => void): void;
    destroy(): void;
    startTLS(done: (error?: Error) => void): void;
  }

  export interface Query {
    readonly sql: string;
  }

  export default class MySql2Client {
    constructor(config: Knex.Config);
    readonly driver: { createConnection(settings: unknown): RawConnection };
    readonly connectionSettings: unknown;
    acquireConnection(): Promise<RawConnection>;
    acquireRawConnection(): Promise<RawConnection>;
    destroyRawConnection(connection: RawConnection): Promise<void>;
    validateConnection(connection: RawConnection): boolean | Promise<boolean>;
    _query(connection: RawConnection, query: Query): Promise<Query>;
    destroy(callback?: () => void): Promise<void>;
  }
}
