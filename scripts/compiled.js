/**
 * A TypeScript program as one JavaScript file, kept under `.local/compiled` for the next start. Its name holds a hash of
 * everything that it is made from, so an edit of any source counts at once and what is stale is never run.
 *
 * A file is written under a name of its own and renamed when it is whole: two that compile at once, or one that is
 * killed while it writes, leave nothing half-done where anybody looks.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What decides how sources are compiled. */
const SETTINGS = ['package-lock.json', 'tsconfig.json'];
/** How many are kept of each program: for a few branches, one after the other. */
const KEPT = 8;

/**
 * @param root of the checkout
 * @param entry the program's first file, from `root`
 * @param folders all that its sources lie in, from `root`
 * @returns the path of a JavaScript file
 * @throws whatever stands in the way: a fault in a source, a folder that cannot be written, a missing package
 */
export async function compiled(root, entry, folders) {
  const folder = join(root, '.local', 'compiled');
  const name = basename(entry, '.ts');
  for (;;) {
    const hash = hashOf(root, folders);
    const file = join(folder, `${name}-${hash}.cjs`);
    if (existsSync(file)) return file;
    mkdirSync(folder, { recursive: true });
    const unfinished = `${file}.${randomUUID()}`;
    // Before the work, because a folder that cannot be written is found out here.
    writeFileSync(unfinished, '');
    try {
      const text = await bundle(root, entry, folders);
      // Sources that were edited meanwhile: the text may be of either state.
      if (hashOf(root, folders) !== hash) continue;
      writeFileSync(unfinished, text, { flush: true });
      renameSync(unfinished, file);
    } finally {
      rmSync(unfinished, { force: true });
    }
    removeOld(folder, name);
    return file;
  }
}

/** Of contents, not of times: a checkout, a copy or an editor may set those as it likes. 7 ms for 300 files. */
function hashOf(root, folders) {
  const hash = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
  const sources = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => join(one.parentPath ?? one.path, one.name)),
  );
  for (const path of [...SETTINGS.map((one) => join(root, one)), ...sources.toSorted()])
    hash.update(`\0${path}\0`).update(readFileSync(path));
  return hash.digest('hex').slice(0, 32);
}

/** Our own sources only: packages stay where they are, and are loaded when the part that needs them is. */
async function bundle(root, entry, folders) {
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    // Where it will lie: stack traces name the sources from there.
    outfile: '.local/compiled/program.cjs',
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // A package that is both, CommonJS and ESM, must not be loaded as one here and as the other there.
    supported: { 'dynamic-import': false },
    sourcemap: 'inline',
    sourcesContent: false,
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const strange = Object.keys(metafile.inputs).filter(
    (path) => !folders.some((folder) => path.startsWith(`${folder}/`)),
  );
  if (strange.length > 0) throw new Error(`${strange.join(', ')}: not below ${folders.join(', ')}`);
  return outputFiles[0].text;
}

/** A process that has loaded a file needs it no more. */
function removeOld(folder, name) {
  const age = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const files = readdirSync(folder)
    .filter((one) => one.startsWith(`${name}-`))
    .map((one) => join(folder, one))
    .toSorted((a, b) => age(b) - age(a));
  for (const file of files.slice(KEPT)) rmSync(file, { force: true });
}
