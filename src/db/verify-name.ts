/**
 * TLS to the database: the certificate must be for the host of the address, also where that is a number. mysql2 looks
 * at names only, and puts its own code in the place of TLS' own.
 */
import type { RawConnection } from 'knex/lib/dialects/mysql2/index.js';
import { type PeerCertificate, TLSSocket, checkServerIdentity } from 'node:tls';

/** Before anything is sent that is meant for that server alone. */
export function verifyName(connection: RawConnection): void {
  const startTls = connection.startTLS.bind(connection);
  connection.startTLS = (done) =>
    startTls((error) => {
      const fault = error ?? faultOfName(connection);
      done(fault && keepCode(fault));
    });
}

function faultOfName({ stream, config }: RawConnection): Error | undefined {
  if (!(stream instanceof TLSSocket) || config.host === undefined) return undefined;
  const certificate = stream.getPeerCertificate() as PeerCertificate | null;
  // Its authority was known a moment ago: it had one. Without it, nothing is said of whom it was for.
  if (certificate === null || Object.keys(certificate).length === 0) return broken();
  return checkServerIdentity(config.host, certificate);
}

const broken = (): Error =>
  Object.assign(new Error('the connection broke while it was made'), { code: 'ECONNRESET' });

const keepCode = (error: Error & { code?: unknown }): Error =>
  Object.assign(error, { originalCode: error.code });
