/** `tell.ts` as one compiled file: it is made of most of the product, and should start at once. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTypeScript } from '../run-typescript.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
await runTypeScript(root, 'scripts/stage/tell.ts', ['scripts/stage', 'src', 'jobs', 'migrations']);
