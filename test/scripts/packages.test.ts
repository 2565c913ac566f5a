/** What is installed where: tools of development are never shipped, and every package comes from whatever registry is set. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/cli.ts';

interface Locked {
  readonly dev?: boolean;
  readonly resolved?: string;
}

const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), 'utf8'));
const { packages } = read('package-lock.json') as { packages: Record<string, Locked> };

test('no package for development alone is left by `npm prune --omit=dev`', () => {
  const { devDependencies } = read('package.json') as { devDependencies: Record<string, string> };
  const names = Object.keys(devDependencies);
  expect(names).toEqual(expect.arrayContaining(['graphile-worker', 'pg', 'pg-boss']));
  expect(names.filter((name) => packages[`node_modules/${name}`]?.dev !== true)).toEqual([]);
});

test('the lock file names no address to download from', () => {
  expect(Object.values(packages).filter((one) => one.resolved !== undefined)).toEqual([]);
});
