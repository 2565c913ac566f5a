#!/usr/bin/env node
/**
 * What `connects` resolves to. An image holds the built command line only; a checkout holds its source, which is then
 * run as it stands, so that an edit counts at once and a stale build never does. An installation on a host holds both,
 * and nothing that could run the source any more: npm prune --omit=dev took it away, so that the build counts.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { endAtSignals } from './first-signals.js';

endAtSignals();

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const source = join(here, 'main.ts');
const compiler = join(root, 'node_modules', 'esbuild');
const built = join(root, 'dist', 'src', 'cli', 'main.js');

// `npm start` leaves the addresses of its servers there; commands typed in another folder find them too.
process.env.CONNECTS_SERVERS_FILE ||= join(root, '.local', 'run', 'servers.json');

if (existsSync(built) && !(existsSync(source) && existsSync(compiler))) {
  await import(pathToFileURL(built).href);
} else {
  const { runTypeScript } = await import('../../scripts/run-typescript.js');
  await runTypeScript(root, 'src/cli/main.ts', ['src', 'jobs', 'migrations']);
}
