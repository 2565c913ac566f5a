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
import { Start } from './start/start-steps.ts';

const EXIT_USAGE = 2;
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const words = process.argv.slice(2);
const unknown = words.filter((word) => word !== '--once');
if (unknown.length > 0) {
  process.stderr.write(`connects: unknown argument ${unknown[0]}; usage: npm start [-- --once]\n`);
  process.exit(EXIT_USAGE);
}

const folder = join(ROOT, '.local');
mkdirSync(folder, { recursive: true, mode: 0o700 });
const interruption = listenForInterruption();
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
process.exit(interruption.signal ? exitCodeOf(null, interruption.signal) : exitCode);
