/**
 * `npm start`: from an empty clone to a running system. Servers of its own (or those that the environment names), the
 * schema, a sample fleet in an empty database, worker, scheduler, console and inbox, one sweep. `-- --once` sweeps and
 * ends.
 */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listenForInterruption } from './servers/interruption.ts';
import { exitCodeOf } from './servers/processes.ts';
import { reportFailure } from './servers/setup-error.ts';

const EXIT_USAGE = 2;
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const USAGE = `Usage: npm start [-- --once]

Starts a private MariaDB and Redis, a console, a worker, a scheduler and an
inbox that keeps all mail on this machine, over a sample fleet with half a year
of history. What it makes lies in .local, and is found again by the next start:
remove that folder to begin anew. Ctrl-C stops everything.

  --once        sweep what is due, send what can be sent, say what was done,
                and end
  -h, --help    this text

DATABASE_URL, REDIS_URL and SMTP_URL name servers to use instead of private
ones. CONNECTS_LOCAL_DATABASE=mysql and CONNECTS_LOCAL_REDIS=valkey choose the
private ones. NO_COLOR=1 leaves the colours out.
`;

const words = process.argv.slice(2);
if (words.includes('--help') || words.includes('-h')) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const unknown = words.find((word) => word !== '--once');
if (unknown !== undefined) {
  process.stderr.write(`connects: unknown argument ${unknown}; usage: npm start [-- --once]\n`);
  process.exit(EXIT_USAGE);
}

// Another one for tests, so that they and whoever uses this checkout are not in each other's way.
const folder = process.env['CONNECTS_START_FOLDER'] ?? join(ROOT, '.local');
mkdirSync(folder, { recursive: true, mode: 0o700 });
const interruption = listenForInterruption();
process.stdout.write('Connects: everything that it needs, on this machine alone\n\n');
// Read now, so that something is said before it.
const { Start } = await import('./start/start-steps.ts');
const start = new Start({ folder, launcher: join(ROOT, 'src', 'cli', 'connects.js'), interruption });
interruption.listen((signal, times) => {
  if (times === 1) process.stderr.write('\nconnects: stopping … (Ctrl-C again to hasten)\n');
  else if (times === 2) start.hasten();
  else process.exit(exitCodeOf(null, signal));
});

let exitCode: number;
try {
  exitCode = await (words.includes('--once') ? start.once() : start.stay());
} catch (error) {
  exitCode = interruption.signal ? 0 : reportFailure(error);
}
await start.stop();
if (interruption.signal) process.stderr.write('connects: everything is stopped\n');
process.exit(interruption.signal ? exitCodeOf(null, interruption.signal) : exitCode);
