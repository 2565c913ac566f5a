/**
 * Machines of one small network, as far as a network goes: each a network namespace with an address of its own, all of
 * them on one bridge, which hangs in the servers' namespace. Nothing of it is seen outside, and it ends with its processes.
 */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { aptCanInstall, aptInstall } from '../../scripts/servers/apt-install.ts';
import { findProgram } from '../../scripts/servers/program-path.ts';

const execute = promisify(execFile);

export const SERVERS_ADDRESS = '10.77.0.1';

export interface Host {
  readonly address: string;
  /** A command that runs there, instead of here. */
  words(program: string, args: readonly string[]): readonly [string, ...string[]];
  /** As when somebody pulls its cable: what it sends is lost, and nobody is told. */
  unplug(): Promise<void>;
  plug(): Promise<void>;
}

export interface Network {
  /** The same program, for whoever can start a program only: it runs where `SERVERS_ADDRESS` is. */
  readonly atServers: (program: string) => string;
  /** One more machine. */
  addHost(): Promise<Host>;
  remove(): void;
}

/** Undefined where namespaces cannot be made: not on Linux, or not as root. */
export async function openNetwork(): Promise<Network | undefined> {
  if (spawnSync('unshare', ['--net', 'true'], { stdio: 'ignore' }).status !== 0) return undefined;
  if (findProgram('ip') === undefined && process.env.CONNECTS_NO_INSTALL !== '1' && aptCanInstall())
    await aptInstall(['iproute2']);
  if (findProgram('ip') === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'connects-hosts-'));
  const holders: ChildProcess[] = [];
  const hold = async (): Promise<string> => {
    const holder = await holdNamespace();
    holders.push(holder);
    return String(holder.pid);
  };
  const remove = (): void => {
    for (const holder of holders) holder.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  const servers = await hold();
  try {
    await ip(servers, 'link add lan type bridge');
    await ip(servers, `addr add ${SERVERS_ADDRESS}/24 dev lan`);
    await ip(servers, 'link set lan up');
  } catch (error) {
    remove();
    throw error;
  }
  return {
    atServers: (program) => {
      const script = join(folder, program.replaceAll('/', '-'));
      writeFileSync(script, `#!/bin/sh\nexec nsenter -t ${servers} -n ${program} "$@"\n`);
      chmodSync(script, 0o755);
      return script;
    },
    addHost: async () => {
      const pid = await hold();
      const port = `port${holders.length}`;
      const address = `10.77.0.${holders.length + 8}`;
      await ip(servers, `link add ${port} type veth peer name eth0 netns ${pid}`);
      await ip(servers, `link set ${port} master lan up`);
      await ip(pid, `addr add ${address}/24 dev eth0`);
      await ip(pid, 'link set lo up');
      await ip(pid, 'link set eth0 up');
      return {
        address,
        words: (program, args) => ['nsenter', '-t', pid, '-n', program, ...args],
        unplug: () => ip(pid, 'link set eth0 down'),
        plug: () => ip(pid, 'link set eth0 up'),
      };
    },
    remove,
  };
}

/** It is there for as long as a process is in it; this one ends when its input does, so at our own end at the latest. */
async function holdNamespace(): Promise<ChildProcess> {
  const child = spawn('unshare', ['--net', 'sh', '-c', 'echo ready; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

async function ip(pid: string, words: string): Promise<void> {
  await execute('nsenter', ['-t', pid, '-n', 'ip', ...words.split(' ')]);
}
