/**
 * `npm run prove -- image`: the image, built from the Dockerfile by buildah on a machine without an engine, and every process
 * of it started as a cluster starts it: its own user, no capability, a read-only root. Says what it is made of. Needs root.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { freePorts } from '../servers/free-ports.ts';
import { exitCodeOf } from '../servers/processes.ts';
import { SetupError, reportFailure } from '../servers/setup-error.ts';
import { type ThrowAwaySetting, withThrowAwayServers } from '../servers/throw-away.ts';
import { type Buildah, baseOf, locateBuildah, makeBaseImage, quietly } from './image/base-image.ts';
import type { Image, ImageConfig } from './image/container.ts';
import { npmVolumes } from './image/npm-settings.ts';
import { type Setting, runToTheEnd, startReady, stopAll, stopAtWork, tryToWrite } from './image/processes.ts';
import { openRelay } from './image/relay.ts';

const root = join(import.meta.dirname, '../..');
const NAME = 'connects:proof';
const MB = 1_000_000;
const SHOWN = 6;

const print = (line: string): boolean => process.stdout.write(`${line}\n`);

let failures = 0;
const tell = (isGood: boolean, what: string): void => {
  if (!isGood) failures += 1;
  print(`${isGood ? '✓' : '✗'} ${what}`);
};

async function build(buildah: Buildah, store: string): Promise<void> {
  const base = baseOf(join(root, 'Dockerfile'));
  const isNew = await makeBaseImage(buildah, base);
  print(`${base}: ${isNew ? 'made from Debian and npm' : 'kept from an earlier run'}`);
  const output = await buildah.run(
    ...'build --isolation chroot --pull-never --layers=false --tag'.split(' '),
    NAME,
    ...(await npmVolumes(store)),
    `--file=${join(root, 'Dockerfile')}`,
    `--ignorefile=${join(root, '.dockerignore')}`,
    root,
  );
  tell(output.includes(NAME), 'the image is built');
}

interface Inspected {
  readonly OCIv1: { readonly config: ImageConfig };
  readonly Manifest: string;
}

async function open(buildah: Buildah, { watchdog }: ThrowAwaySetting, volume: string): Promise<Image> {
  const inspected = JSON.parse(await buildah.run('inspect', '--type', 'image', NAME)) as Inspected;
  const container = (await buildah.run('from', '--pull-never', NAME)).trim();
  const image = {
    config: inspected.OCIv1.config,
    root: (await buildah.run('mount', container)).trim(),
    volume,
    watchdog,
  };
  const { layers } = JSON.parse(inspected.Manifest) as {
    readonly layers: readonly { readonly size: number }[];
  };
  const sizes = layers.map((one) => one.size / MB);
  const all = sizes.reduce((sum, one) => sum + one, 0);
  print(
    `size, not compressed: ${all.toFixed(1)} MB; of it ours: ${sizes.at(-1)?.toFixed(1)} MB, the rest is ${baseOf(join(root, 'Dockerfile'))}`,
  );
  const folders = ['app/dist', 'app/node_modules', 'usr/local/bin/node', 'usr/local/lib/node_modules'];
  for (const folder of folders) print(`  /${folder}: ${await sizeOf(join(image.root, folder))}`);
  const packages = await quietly('/bin/sh', [
    '-c',
    `cd "$0" && du -s --apparent-size --block-size=kB * | sort -rn | head -n ${SHOWN}`,
    join(image.root, 'app/node_modules'),
  ]);
  print(
    `  the largest packages: ${packages
      .trim()
      .split('\n')
      .map((line) => line.split('\t').toReversed().join(' '))
      .join(', ')}`,
  );
  tell(
    /^[1-9]\d*(:\d+)?$/.test(image.config.User),
    `its user is ${image.config.User}: a number, and not root`,
  );
  return image;
}

const sizeOf = async (path: string): Promise<string> =>
  (await quietly('du', ['-s', '--apparent-size', '--block-size=MB', path])).split('\t')[0] ?? '';

/** As the manifests have it: the longest that a process is given to end. */
function grace(): number {
  const manifest = readFileSync(join(root, 'deploy/kubernetes/base/worker.yaml'), 'utf8');
  type Pods = { spec?: { template?: { spec?: { terminationGracePeriodSeconds?: number } } } };
  const seconds = (parse(manifest) as Pods).spec?.template?.spec?.terminationGracePeriodSeconds;
  if (seconds === undefined) throw new SetupError('the manifest of workers says nothing of a grace', 1);
  return seconds * 1_000;
}

/** As many as keep a worker busy for some seconds. */
const MANY = 10_000;
const HEADER =
  'account_id,kind,plan,email,zone,anchor_on,tracked_from,opening_balance,status,readiness_awarded';
const account = (id: string): string =>
  `${id},freelancer,plus,${id}@example.test,UTC,2026-01-15,2026-01-15T00:00:00.000Z,80,active,`;

/** Files as a cluster mounts them. */
function openVolume(folder: string): string {
  mkdirSync(folder, { mode: 0o755 });
  const many = Array.from({ length: MANY }, (_, at) => account(`many-${at}`));
  writeFileSync(join(folder, 'one.csv'), [HEADER, account('one'), ''].join('\n'));
  writeFileSync(join(folder, 'many.csv'), [HEADER, ...many, ''].join('\n'));
  return folder;
}

const importing = (name: string): string[] =>
  `accounts import /mnt/${name}.csv --reason proof --yes`.split(' ');

async function runAll(setting: Setting): Promise<void> {
  await tryToWrite(setting);
  await runToTheEnd(setting, ['--version']);
  await Promise.all([runToTheEnd(setting, ['migrate']), runToTheEnd(setting, ['migrate'])]);
  await runToTheEnd(setting, importing('one'));
  const swept = await runToTheEnd(setting, ['sweep', '--wait', '--work', '--timeout', '5m']);
  const [granting = ''] = /\d+ .*granted.*/.exec(swept) ?? [];
  tell(granting !== '', `it granted: ${granting}`);
  const [w = 0, s = 0, s2 = 0, c = 0, cp = 0, a = 0, ap = 0] = await freePorts(7);
  const worker = await startReady(setting, 'worker', { health: w, console: 0 });
  const others = [
    await startReady(setting, 'scheduler', { health: s, console: 0 }),
    await startReady(setting, 'scheduler', { health: s2, console: 0 }),
    await startReady(setting, 'console', { health: c, console: cp }),
    await startReady(setting, 'serve', { health: a, console: ap }),
  ];
  await runToTheEnd(setting, importing('many'));
  await stopAtWork(setting, worker);
  await runToTheEnd(setting, ['doctor']);
  await stopAll(setting, others);
}

async function prove(buildah: Buildah, setting: ThrowAwaySetting): Promise<number> {
  // The watchdog ends what is left.
  setting.interruption.listen((signal) => process.exit(exitCodeOf(null, signal)));
  const { DATABASE_URL = '', REDIS_URL = '', SMTP_URL = '' } = setting.env;
  const database = await openRelay(new URL(DATABASE_URL).searchParams.get('socketPath') ?? '');
  const redis = await openRelay(new URL(REDIS_URL).pathname);
  try {
    const env = {
      DATABASE_URL: `mysql://root@${database.address}/connects`,
      REDIS_URL: `redis://${redis.address}/0`,
      SMTP_URL,
      CONNECTS_NOTICE_MAX_AGE: 'none',
    };
    const image = await open(buildah, setting, openVolume(join(store, 'volume')));
    await runAll({ image, env, tell, graceMs: grace() });
  } finally {
    database.close();
    redis.close();
  }
  print(failures === 0 ? 'all of it holds' : `${failures} of it do not hold`);
  return failures === 0 ? 0 : 1;
}

const store = mkdtempSync('/var/tmp/connects-image-');
process.on('exit', () => rmSync(store, { recursive: true, force: true }));
try {
  const buildah = await locateBuildah(store);
  await build(buildah, store);
  process.exitCode = await withThrowAwayServers((setting) => prove(buildah, setting));
} catch (error) {
  process.exitCode = reportFailure(error);
}
