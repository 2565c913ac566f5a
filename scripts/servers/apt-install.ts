/** Installs packages on Debian and Ubuntu without any system-wide server starting, now or at the next boot. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { findProgram } from './program-path.ts';
import { runQuietly } from './run-quietly.ts';
import { SetupError } from './setup-error.ts';

const LOG_TAIL_CHARACTERS = 3_000;

/**
 * policy-rc.d is Debian's own switch against service starts. An existing one belongs to somebody and stays; one of ours
 * that an earlier run had no chance to remove is known by its comment. Names differ by release (`mariadb-server-core`,
 * before that `mariadb-server-core-10.6`), so each is looked up first.
 */
const INSTALL = `
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 SYSTEMD_OFFLINE=1 LC_ALL=C
policy=/usr/sbin/policy-rc.d mark='# connects: removed after the installation' ours=
cleanup() { if [ -n "$ours" ]; then rm -f "$policy"; fi; }
trap cleanup EXIT; trap 'exit 130' INT; trap 'exit 143' TERM HUP
if [ -e "$policy" ]; then
  if grep -qF "$mark" "$policy"; then ours=1; fi
else
  ours=1
  (set -C; printf '#!/bin/sh\\n%s\\nexit 101\\n' "$mark" > "$policy") 2>/dev/null || ours=
  if [ -n "$ours" ]; then chmod 755 "$policy"; fi
fi
apt() { apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null; }
known() { apt-cache show "$1" >/dev/null 2>&1; }
resolve() {
  resolved=
  for package in "$@"; do
    if ! known "$package"; then
      newest=$(apt-cache search --names-only "^$package-[0-9.]+$" | cut -d ' ' -f 1 | sort -V | tail -n 1)
      [ -n "$newest" ] || return 1
      package=$newest
    fi
    resolved="$resolved $package"
  done
}
was_there() { dpkg-query -W -f '\${Status}' redis-server 2>/dev/null | grep -q 'ok installed'; }
was_there && redis_before=1 || redis_before=
updated=
if ! ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1; then apt update; updated=1; fi
attempt() { resolve "$@" && apt install --yes --no-install-recommends $resolved; }
if ! attempt "$@"; then
  if [ -n "$updated" ]; then exit 1; fi
  # Lists that have grown old name files that the mirrors no longer have.
  apt update; attempt "$@" || exit 1
fi
if [ -z "$redis_before" ] && was_there; then
  if command -v systemctl >/dev/null; then systemctl disable redis-server.service; fi
  update-rc.d redis-server disable
fi >/dev/null 2>&1
exit 0
`;

/** Whether this is a Debian or Ubuntu on which we are root, or may become it without a password. */
export function aptCanInstall(): boolean {
  return findProgram('apt-get') !== undefined && isDebianLike() && becomeRoot() !== undefined;
}

function isDebianLike(): boolean {
  try {
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** The words to put before a command that needs root; undefined when that can't be had. */
function becomeRoot(): string[] | undefined {
  if (process.getuid?.() === 0) return [];
  const sudo = findProgram('sudo');
  if (sudo === undefined) return undefined;
  return spawnSync(sudo, ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? [sudo, '-n'] : undefined;
}

/** @throws SetupError (exit 75) with the end of apt's output */
export async function aptInstall(packages: readonly string[]): Promise<void> {
  process.stderr.write(
    `connects: installing ${packages.join(', ')} with apt-get (once; no system-wide server is started) …\n`,
  );
  const [command, ...args] = [
    ...(becomeRoot() ?? []),
    '/bin/sh',
    '-c',
    INSTALL,
    'connects-install',
    ...packages,
  ];
  const { exitCode, output } = await runQuietly(command as string, args);
  if (exitCode === 0) return;
  throw new SetupError(
    `apt-get could not install ${packages.join(' ')}:\n${output.slice(-LOG_TAIL_CHARACTERS)}`,
  );
}
