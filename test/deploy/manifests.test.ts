/** The manifests speak of what there is: settings, commands, ports, pages, metrics, and a grace that is long enough. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { commandsOf, pathOf } from '../../src/cli/frame.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { STOP_MAX_MS } from '../../src/cli/signals.ts';
import { SETTINGS, parseConfig } from '../../src/config.ts';
import { startHealth } from '../../src/console/health-server.ts';
import { METRICS } from '../../src/metrics.ts';
import { VERSION } from '../../src/version.ts';
import { root } from '../support/cli.ts';
import { keepingCli } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { BASE, type Container, podsOf, readBase } from '../support/manifests.ts';

const all = readBase();
const pods = podsOf(all);
const containers = pods.flatMap(({ template }) => template.spec.containers);
const ofKind = (kind: string) => all.filter((one) => one.kind === kind);
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const settings: Readonly<Record<string, string>> = Object.fromEntries(
  [...read('deploy/kubernetes/base/settings.env').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [
    name,
    value,
  ]),
);

test('the kustomization names every file, and the version that this is', () => {
  const kustomization = parse(read('deploy/kubernetes/base/kustomization.yaml')) as {
    resources: string[];
    images: { name: string; newTag: string }[];
    configMapGenerator: { envs: string[] }[];
  };
  const files = readdirSync(BASE).filter((name) => name !== 'kustomization.yaml');
  expect(
    [...kustomization.resources, ...kustomization.configMapGenerator.flatMap((one) => one.envs)].toSorted(),
  ).toEqual(files.toSorted());
  expect(kustomization.images).toEqual([{ name: 'connects', newTag: VERSION }]);
  expect(new Set(containers.map((one) => one.image))).toEqual(new Set(['connects']));
  expect(pods.map(({ name }) => name).toSorted()).toEqual(
    ['audit', 'console', 'migrate', 'prune', 'scheduler', 'sweep', 'worker'].map(
      (name) => `connects-${name}`,
    ),
  );
});

test('what they set is read, and is right together with the addresses of a Secret', () => {
  const names = [
    ...Object.keys(settings),
    ...containers.flatMap((one) => (one.env ?? []).map(({ name }) => name)),
  ];
  expect(names.filter((name) => !SETTINGS.includes(name))).toEqual([]);
  const secrets = {
    DATABASE_URL: 'mysql://u:p@db/connects',
    REDIS_URL: 'redis://r/0',
    SMTP_URL: 'smtps://m',
  };
  expect(parseConfig({ ...settings, ...secrets })).toMatchObject({
    consoleHost: '0.0.0.0',
    consolePort: 8080,
    healthPort: 8081,
  });
});

test('every container runs a command that there is, with its flags, and is given settings and secrets', () => {
  const program = buildProgram(keepingCli().cli, '0.0.0');
  const known = new Map(commandsOf(program).map((one) => [pathOf(one), one]));
  for (const { args, envFrom } of containers) {
    const found = known.get(`connects ${args[0]}`);
    expect(found).toBeDefined();
    const flags = args.filter((one) => one.startsWith('--'));
    expect({ args, has: flags.filter((flag) => found?.options.some((one) => one.long === flag)) }).toEqual({
      args,
      has: flags,
    });
    expect(envFrom).toEqual([{ configMapRef: { name: 'connects' } }, { secretRef: { name: 'connects' } }]);
  }
});

describe('ports and probes', () => {
  let installation: Installation;
  let url: string;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    installation = await install({ env: { CONNECTS_HEALTH_PORT: '0' } });
    const listening = await startHealth(installation.app);
    ({ url } = listening);
    stop = () => listening.stop();
  });
  afterAll(async () => {
    await stop();
    await installation.remove();
  });
  const probesOf = (one: Container) => [one.startupProbe, one.livenessProbe, one.readinessProbe];
  const long = pods.filter(({ name }) => /worker|scheduler|console$/.test(name));

  it('are those of the settings, and of the annotation for Prometheus', () => {
    expect(long).toHaveLength(3);
    for (const { name, template } of long) {
      const [container] = template.spec.containers;
      const ports = Object.fromEntries(
        (container?.ports ?? []).map((one) => [one.name, String(one.containerPort)]),
      );
      expect(ports).toEqual({
        health: settings['CONNECTS_HEALTH_PORT'],
        ...(name === 'connects-console' && { pages: settings['CONNECTS_CONSOLE_PORT'] }),
      });
      for (const probe of probesOf(container as Container))
        expect((probe?.httpGet ?? probe?.tcpSocket)?.port).toBe('health');
      expect(template.metadata).toMatchObject({
        annotations: { 'prometheus.io/port': settings['CONNECTS_HEALTH_PORT'] },
      });
    }
  });

  it('ask for pages that are there, and only a worker is restarted for jobs that wait', async () => {
    const asked = long.flatMap(({ template }) =>
      template.spec.containers.flatMap((one) => probesOf(one).flatMap((probe) => probe?.httpGet?.path ?? [])),
    );
    expect(new Set(asked)).toEqual(new Set(['/livez', '/readyz']));
    for (const path of [...new Set(asked), '/metrics'])
      expect({ path, status: (await fetch(new URL(path, url))).status }).toEqual({ path, status: 200 });
    const alive = long.map(({ name, template }) => [
      name,
      template.spec.containers[0]?.livenessProbe?.httpGet?.path,
    ]);
    expect(Object.fromEntries(alive)).toEqual({
      'connects-worker': '/livez',
      'connects-scheduler': undefined,
      'connects-console': undefined,
    });
  });
});

test('each has as long to end as a stop may take, and a Service time to forget it', () => {
  for (const { name, template } of pods) {
    const { terminationGracePeriodSeconds: grace, containers: own } = template.spec;
    const before = Math.max(...own.map((one) => one.lifecycle?.preStop.sleep.seconds ?? 0));
    expect({ name, spare: grace - before - STOP_MAX_MS / 1_000 > 10 }).toEqual({ name, spare: true });
  }
});

test('nobody is root, writes a file, or can become more than it is', () => {
  const image = read('Dockerfile');
  const [, user = '', group = ''] = /^USER (\d+):(\d+)$/m.exec(image) ?? [];
  expect(Number(user)).toBeGreaterThan(0);
  for (const { template } of pods) {
    expect(template.spec).toMatchObject({
      serviceAccountName: 'connects',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: Number(user),
        runAsGroup: Number(group),
        seccompProfile: { type: 'RuntimeDefault' },
      },
    });
    expect('volumes' in template.spec).toBe(false);
  }
  for (const one of containers) {
    expect(one.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(Object.keys(one.resources.requests)).toEqual(['cpu', 'memory']);
    expect(Object.keys(one.resources.limits)).toEqual(['memory']);
  }
});

test('selectors find the pods that they are about', () => {
  const labels = new Map(pods.map(({ name, template }) => [name, template.metadata.labels]));
  const finds = (selector: Readonly<Record<string, string>> | undefined): string[] =>
    [...labels].flatMap(([name, own]) =>
      selector && Object.entries(selector).every(([label, value]) => own[label] === value) ? [name] : [],
    );
  type Selector = { readonly matchLabels: Readonly<Record<string, string>> };
  for (const { kind, metadata, spec } of [...ofKind('Deployment'), ...ofKind('PodDisruptionBudget')])
    expect([kind, finds((spec?.selector as Selector | undefined)?.matchLabels)]).toEqual([
      kind,
      [metadata.name],
    ]);
  for (const { spec } of ofKind('Service'))
    expect(finds(spec?.selector as Readonly<Record<string, string>>)).toEqual(['connects-console']);
  const policies = ofKind('NetworkPolicy').map(({ spec }) => finds(spec?.podSelector?.matchLabels).length);
  expect(policies).toEqual([pods.length, 1]);
});

test('they scale by a metric that there is, which the adapter asks for', () => {
  const [scaler] = ofKind('HorizontalPodAutoscaler');
  expect(scaler?.spec?.['scaleTargetRef']).toMatchObject({ kind: 'Deployment', name: 'connects-worker' });
  const metrics = scaler?.spec?.['metrics'] as {
    external?: { metric: { name: string } };
    resource?: { name: string };
  }[];
  expect(metrics.map((one) => one.external?.metric.name ?? one.resource?.name)).toEqual([
    'connects_due_accounts',
    'cpu',
  ]);
  const adapter = parse(read('deploy/kubernetes/prometheus-adapter.yaml')) as {
    rules: { external: { seriesQuery: string; metricsQuery: string }[] };
  };
  const asked = adapter.rules.external.flatMap((one) =>
    `${one.seriesQuery} ${one.metricsQuery}`.match(/connects_\w+/g),
  );
  expect(new Set(asked)).toEqual(new Set(['connects_due_accounts']));
  expect('connects_due_accounts' in METRICS).toBe(true);
  // Whoever sets it in two places has one of them overwritten at every release.
  expect(all.find((one) => one.metadata.name === 'connects-worker' && 'replicas' in (one.spec ?? {}))).toBe(
    undefined,
  );
});

test('of the exit codes of a job only "try again" is tried again', () => {
  const policies = [...ofKind('Job'), ...ofKind('CronJob')].map(({ spec }) => {
    const job = (spec?.jobTemplate?.spec ?? spec) as {
      podFailurePolicy?: { rules: { onExitCodes?: { values: number[] } }[] };
    };
    return job.podFailurePolicy?.rules[0]?.onExitCodes?.values;
  });
  const others = Object.values(EXIT).filter((code) => code !== 0 && code !== EXIT.tryAgain && code < 128);
  for (const values of policies) expect(values).toEqual(others.toSorted((a, b) => a - b));
  expect(policies).toHaveLength(4);
});
