/**
 * A process of the image, run as a cluster runs it: its own root file system, read-only, no other writable place; its own
 * user, without any capability and without a way to gain one; process 1 of its own; and nothing of our environment.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Watchdog } from '../../servers/watchdog.ts';

/** What the image says of how it is run. */
export interface ImageConfig {
  /** `1000` or `1000:1000`. */
  readonly User: string;
  readonly WorkingDir: string;
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  /** `NAME=value` each. */
  readonly Env: readonly string[];
}

export interface Image {
  readonly config: ImageConfig;
  /** Where its files lie. */
  readonly root: string;
  /** A folder that it finds at /mnt, and may only read. */
  readonly volume: string;
  readonly watchdog: Watchdog;
}

/**
 * Called with the root, the user, the working folder, a volume, and after that the environment and the command. Devices are a
 * file system of their own, with four of them in it; network and its names are the machine's.
 */
const ENTER = `
set -eu
root=$1 user=$2 folder=$3 volume=$4; shift 4
mount --make-rprivate /
mount --bind "$root" "$root"
mount --bind "$volume" "$root/mnt"
mount -o remount,bind,ro "$root/mnt"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755,size=64k tmpfs "$root/dev"
for name in null zero random urandom; do : > "$root/dev/$name"; mount --bind "/dev/$name" "$root/dev/$name"; done
mount -o remount,bind,ro "$root/dev"
mount -o remount,bind,ro "$root"
exec chroot "$root" /usr/bin/env -i /usr/bin/setpriv --reuid "$user" --regid "$user" --clear-groups \\
  --bounding-set=-all --inh-caps=-all --no-new-privs /usr/bin/env --chdir="$folder" "$@"
`;

const AS_A_CONTAINER = '--mount --pid --fork --kill-child=SIGKILL /bin/sh -c'.split(' ');

export interface Contained {
  /** Of process 1 of it, as the machine sees it; undefined once it has ended. */
  pid(): number | undefined;
  readonly ended: Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
  /** What it has said on stderr so far. */
  stderr(): string;
}

export interface Call {
  /** After the entry point; the image's own by default. */
  readonly args?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export function runContained({ config, root, volume, watchdog }: Image, call: Call): Contained {
  const { args = config.Cmd, entrypoint = config.Entrypoint, env = {} } = call;
  const given = [...config.Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
  const [user = ''] = config.User.split(':');
  const child = spawn(
    'unshare',
    [
      ...AS_A_CONTAINER,
      ENTER,
      'connects-enter',
      root,
      user,
      config.WorkingDir,
      volume,
      ...given,
      ...entrypoint,
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' },
  ) as ChildProcess & { readonly stdout: Readable; readonly stderr: Readable };
  if (child.pid !== undefined) watchdog.watch(child.pid);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return {
    pid: () => childOf(child.pid ?? 0),
    stderr: () => stderr,
    ended: once(child, 'close').then(([code]) => ({ code: (code as number | null) ?? 1, stdout, stderr })),
  };
}

/** The first process in the new namespace: only it is asked to stop, as an engine would. */
function childOf(pid: number): number | undefined {
  try {
    const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return first ? Number(first) : undefined;
  } catch {
    return undefined;
  }
}

/** Fields of /proc/PID/status. */
export function statusOf(pid: number): ReadonlyMap<string, string> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').trim().split('\n');
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
}

const LOOK_MS = 100;

/** Asks until `isGood`, or until what is asked has ended. @returns undefined when it has */
export async function askUntil(
  { ended }: Contained,
  url: string,
  isGood: (answer: Response) => boolean,
): Promise<Response | undefined> {
  let isOver = false;
  void ended.then(() => (isOver = true));
  while (!isOver) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer && isGood(answer)) return answer;
    await sleep(LOOK_MS);
  }
  return undefined;
}
