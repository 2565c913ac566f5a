/** The database's address: a URL of one's environment, as the driver needs it. */
import { isIP } from 'node:net';
import { configuration } from '../errors.ts';
import { type Tls, hostOf, tlsOf } from '../servers/address.ts';

/** For the driver, of an address that names a database. @throws configuration where it names none */
export function connectionOptions(url: string): Record<string, unknown> {
  const parsed = new URL(url);
  const database = decodeURIComponent(parsed.pathname.slice(1));
  if (!database) throw configuration('environment', 'the database address names no database: …/connects');
  const socketPath = parsed.searchParams.get('socketPath');
  const tls = tlsOf(parsed);
  return {
    ...(socketPath ? { socketPath } : { host: hostOf(parsed), port: Number(parsed.port || 3306) }),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database,
    ...(tls && { ssl: verified(tls, hostOf(parsed)) }),
  };
}

/** The driver compares no certificate with a number: src/db/verify-name.ts does, and for names, too. */
const verified = (tls: Tls, host: string): Record<string, unknown> => ({
  ...tls,
  rejectUnauthorized: true,
  verifyIdentity: isIP(host) === 0,
});
