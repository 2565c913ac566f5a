/** `node start-victim.js victim.ts`: a process that is going to be killed, started as quickly as the command line. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTypeScript } from '../../scripts/run-typescript.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
await runTypeScript(root, `test/faults/${process.argv[2]}`, ['src', 'jobs', 'migrations', 'test/faults']);
