/** The manifests as Kubernetes would take them: built by kustomize, and held against the schemas of its API. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { locateKustomize } from '../../scripts/servers/deploy-tools.ts';
import { root } from '../support/cli.ts';
import { type Resource, parseResources, podsOf } from '../support/manifests.ts';

let kustomize: string;
let folder: string;
beforeAll(async () => {
  kustomize = await locateKustomize();
  mkdirSync(join(root, '.local'), { recursive: true });
  // Inside the checkout, so that the packages are found from there.
  folder = mkdtempSync(join(root, '.local', 'manifests-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const build = (name: string): Resource[] =>
  parseResources(
    execFileSync(kustomize, ['build', join(root, 'deploy/kubernetes', name)], { encoding: 'utf8' }),
  );

type Model = new (resource: Resource) => { validate(): void };
const load = createRequire(__filename);
const moduleOf = ({ apiVersion }: Resource): string => `kubernetes-models/${apiVersion}`;

/** Types, enumerations and formats, such as quantities. */
function faultsOf(all: readonly Resource[]): string[] {
  return all.flatMap((one) => {
    const models = load(moduleOf(one)) as Readonly<Record<string, Model>>;
    const Model = models[one.kind] as Model;
    try {
      new Model(one).validate();
      return [];
    } catch (error) {
      return [`${one.kind} ${one.metadata.name}: ${(error as Error).message}`];
    }
  });
}

/** Fields that the API does not know, which it would drop without a word: the compiler knows them all. */
function unknownFields(all: readonly Resource[]): string {
  const lines = all.map(
    (one, at) =>
      `import type { I${one.kind} as K${at} } from '${moduleOf(one)}';\nexport const r${at}: K${at} = ${JSON.stringify(one)};\n`,
  );
  writeFileSync(join(folder, 'manifests.ts'), lines.join(''));
  const options = {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: ['manifests.ts'] }),
  );
  const compiler = join(dirname(load.resolve('typescript/package.json')), 'bin', 'tsc');
  try {
    execFileSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
    return '';
  } catch (error) {
    return (error as { readonly stdout: string }).stdout;
  }
}

describe.each(['base', 'example'])('%s', (name) => {
  it('is built, and is what the API knows', () => {
    const all = build(name);
    expect(all.length).toBeGreaterThan(15);
    expect(faultsOf(all)).toEqual([]);
    expect(unknownFields(all)).toBe('');
  });
});

test('a changed setting replaces every pod: its name is another one', () => {
  const nameOf = (name: string): string | undefined =>
    build(name).find(({ kind }) => kind === 'ConfigMap')?.metadata.name;
  const [base = '', example = ''] = [nameOf('base'), nameOf('example')];
  expect(base).toMatch(/^connects-\w{10}$/);
  expect(example).not.toBe(base);
  for (const { template } of podsOf(build('example')))
    expect(template.spec.containers[0]?.envFrom[0]).toEqual({ configMapRef: { name: example } });
});

test('the example is all in its namespace, and runs the image of its registry', () => {
  const all = build('example');
  expect(all.map(({ kind, metadata }) => ({ kind, ...metadata }))).toEqual(
    all.map(
      ({ kind }) =>
        expect.objectContaining(
          kind === 'Namespace' ? { kind, name: 'connects' } : { kind, namespace: 'connects' },
        ) as unknown,
    ),
  );
  const images = [...JSON.stringify(all).matchAll(/"image":"([^"]+)"/g)].map(([, image]) => image);
  expect(new Set(images)).toEqual(new Set(['registry.example.org/connects:0.1.0']));
});

test('what is wrong is found', () => {
  const worker = build('base').find(({ metadata }) => metadata.name === 'connects-worker') as Resource;
  const changed = (from: string, to: string): Resource =>
    JSON.parse(JSON.stringify(worker).replace(from, to)) as Resource;
  expect(faultsOf([changed('"memory":"512Mi"', '"memory":"512 MB"')]).join()).toContain('quantity');
  expect(faultsOf([changed('"whenUnsatisfiable":', '"when":')]).join()).toContain('whenUnsatisfiable');
  expect(unknownFields([changed('"readinessProbe":', '"readynessProbe":')])).toContain('readynessProbe');
});
