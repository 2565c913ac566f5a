/** The database's address: a URL of one's environment, as the driver and as messages need it. */
import { configuration } from '../errors.ts';

/** For the driver, of an address that names a database. @throws configuration where it names none */
export function connectionOptions(url: string): Record<string, unknown> {
  const parsed = new URL(url);
  const database = decodeURIComponent(parsed.pathname.slice(1));
  if (!database) throw configuration('environment', 'the database address names no database: …/connects');
  const socketPath = parsed.searchParams.get('socketPath');
  return {
    ...(socketPath
      ? { socketPath }
      : { host: withoutBrackets(parsed.hostname), port: Number(parsed.port || 3306) }),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database,
    ...(parsed.searchParams.get('ssl') === 'true' && { ssl: { rejectUnauthorized: true } }),
  };
}

/** `[::1]` is an address in a URL only. */
const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');

/** An address fit for messages and logs: without its password. */
export function withoutPassword(url: string): string {
  const parsed = new URL(url);
  if (parsed.password) parsed.password = '***';
  const text = parsed.toString();
  try {
    return decodeURIComponent(text);
  } catch {
    // A % of its own, such as in a path: then it is told as it was written.
    return text;
  }
}
