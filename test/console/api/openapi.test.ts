/** docs/openapi.json is what the schemas make, is valid OpenAPI 3.1, and has every route of /v1 and no other. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../src/clock.ts';
import type { App } from '../../../src/app.ts';
import { consoleApi } from '../../../src/console/api/api.ts';
import { DESCRIBED_ROUTES } from '../../../src/console/api/openapi.ts';
import { eventsApi } from '../../../src/console/events-api.ts';
import { RefusedSignIns } from '../../../src/console/refused-sign-ins.ts';

type Operations = Readonly<
  Record<string, { readonly operationId: string; readonly tags: readonly string[] }>
>;

const written = JSON.parse(readFileSync(join(__dirname, '../../../docs/openapi.json'), 'utf8')) as Readonly<
  Record<string, unknown>
> & { readonly paths: Readonly<Record<string, Operations>> };

/** `get /v1/runs/{run}` */
const described = Object.entries(written.paths).flatMap(([path, operations]) =>
  Object.keys(operations).map((method) => `${method} ${path}`),
);

it('is what the schemas make, and valid', () => {
  const root = join(__dirname, '../../..');
  const command = ['--import', require.resolve('tsx'), join(root, 'scripts/check/openapi.ts'), '--check'];
  const { status, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

it('refers to nothing that is not there', () => {
  const text = JSON.stringify(written);
  const referred = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)].map(([, kind, name]) => [
    kind,
    name,
  ]);
  expect(referred).not.toHaveLength(0);
  const components = written.components as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  for (const [kind = '', name = ''] of referred) expect(components[kind]?.[name]).toBeDefined();
  expect(text.match(/"\$ref"/g)).toHaveLength(referred.length);
});

it('has every route that is served, and no other', () => {
  // Nothing of it is used before a request comes.
  const app = { clock: systemClock } as App;
  const signIns = new RefusedSignIns(systemClock);
  const served = [
    ...consoleApi(app, signIns).routes.map(({ method, path }) => ({ method, path })),
    ...eventsApi(app, signIns).routes.map(({ method }) => ({ method, path: '/v1/events' })),
  ].map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)(\{[^}]*\})?/g, '{$1}')}`);
  expect([...new Set(served)].toSorted()).toEqual(described.toSorted());
});

it('names every operation once, and its roles', () => {
  const ids = DESCRIBED_ROUTES.map((one) => one.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const operations of Object.values(written.paths))
    for (const { operationId, tags } of Object.values(operations)) {
      expect(ids).toContain(operationId);
      expect(tags).toHaveLength(1);
    }
});
