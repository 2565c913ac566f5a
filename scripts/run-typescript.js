/** Node 20 doesn't read TypeScript by itself. */
import { existsSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compiled } from './compiled.js';

const EXIT_TRY_AGAIN = 75;

/**
 * Runs a program in this process: compiled as a whole and kept, which makes every further start quick; or, where that
 * cannot be done (a read-only checkout, a fault in some source), file by file as they are asked for.
 *
 * @param root of the checkout
 * @param entry the program's first file, from `root`
 * @param folders all that its sources lie in, from `root`
 */
export async function runTypeScript(root, entry, folders) {
  const file = await compiled(root, entry, folders).catch(() => undefined);
  // From Node 22.1 on, what V8 makes of the packages is kept as well.
  module.enableCompileCache?.(join(root, '.local', 'v8'));
  // Stack traces name lines of the sources.
  process.setSourceMapsEnabled(true);
  // `import` would search the whole text for its exports first, which takes longer than running it.
  if (file) return module.createRequire(import.meta.url)(file);
  await registerTypeScript(root);
  return import(pathToFileURL(join(root, entry)).href);
}

async function registerTypeScript(root) {
  try {
    const { register } = await import('tsx/esm/api');
    register();
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    const mend = existsSync(join(root, 'node_modules'))
      ? 'nothing is built, and the packages that build are left out; run `npm ci && npm run build && npm prune --omit=dev`'
      : 'the npm packages are not installed; run `npm ci`';
    process.stderr.write(`connects: ${mend} in ${root}\n`);
    process.exit(EXIT_TRY_AGAIN);
  }
}
