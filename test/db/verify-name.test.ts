/** A connection that breaks in the middle of its greeting is away: nothing was learnt of its certificate. */
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { RawConnection } from 'knex/lib/dialects/mysql2/index.js';
import { classOfDatabaseError } from '../../src/db/errors.ts';
import { verifyName } from '../../src/db/verify-name.ts';

/** What whoever connects is told, where TLS itself had nothing to say. */
function toldOf(stream: TLSSocket): unknown {
  let told: unknown;
  const startTLS = (done: (error?: Error) => void): void => done();
  const connection = { stream, config: { host: 'localhost' }, startTLS } as unknown as RawConnection;
  verifyName(connection);
  connection.startTLS((error) => (told = error));
  return told;
}

describe('a connection without a certificate', () => {
  it.each([
    ['whose socket has none any more', () => new TLSSocket(new Socket())],
    ['whose socket is gone', () => new TLSSocket(new Socket()).destroy()],
  ])('%s is one that broke', (_what, open) => {
    const told = toldOf(open());
    expect(told).toMatchObject({ originalCode: 'ECONNRESET' });
    expect(classOfDatabaseError(told)).toBe('server-away');
  });
});
