/**
 * The workers as they are shipped: compiled, so that neither their memory nor their processor time pays for a
 * compiler in the process.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { SetupError } from '../servers/setup-error.ts';

const root = join(import.meta.dirname, '../..');

export interface Build {
  readonly folder: string;
  remove(): void;
}

/** Compiles the product and the bench's own workers. @throws SetupError with the compiler's words */
export async function buildWorkers(): Promise<Build> {
  // Inside the checkout, so that the packages are found from there.
  mkdirSync(join(root, '.local'), { recursive: true });
  const folder = mkdtempSync(join(root, '.local', 'bench-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const config = {
    extends: '../../tsconfig.build.json',
    compilerOptions: { outDir: '.', rootDir: '../..', sourceMap: false },
    include: [
      'src',
      'jobs',
      'migrations',
      'scripts/bench/*-worker.ts',
      'scripts/bench/peers/*-worker.ts',
    ].map((path) => `../../${path}`),
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  try {
    const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
    await promisify(execFile)(process.execPath, [join(typescript, 'bin', 'tsc'), '-p', folder]);
    return { folder, remove };
  } catch (error) {
    remove();
    const { message, stdout = '' } = error as Error & { stdout?: string };
    throw new SetupError(`the workers could not be compiled: ${message}\n${stdout}`, 1);
  }
}
