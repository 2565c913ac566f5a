/**
 * Server programs from Debian's `sid` suite, unpacked into a folder together with every library they need, down to the
 * loader. Nothing of the system is touched and nobody needs to be root, so they stand beside whatever is installed
 * (mysql-server-core and mariadb-server-core could not). The suite moves: a version cannot be chosen, only asked for.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from './program-path.ts';
import { runQuietly } from './run-quietly.ts';
import { SetupError } from './setup-error.ts';

/** Removed together with everything else that a checkout keeps. */
const FOLDER = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), '.local', 'programs');
const LOG_TAIL_CHARACTERS = 3_000;

/**
 * Called with the target folder, the package, the program in it, and what to give the program after its caller's
 * arguments. apt gets lists, a cache and an empty list of installed packages of its own: so it names all that is
 * needed, checks the suite's signature and each package's hash, and has no say about the system. Which mirror to ask
 * stands in the machine's own sources. Packages that only scripts need (Perl, systemd) are left out. The last step is a
 * rename: whoever comes second finds the folder whole.
 */
const UNPACK = `
set -eu
export LC_ALL=C
target=$1 package=$2 program=$3 version=$4 more=$5
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
. /etc/os-release
mirrors=$(apt-get indextargets --no-release-info --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
  awk -v codename="\${VERSION_CODENAME:-sid}" '
    $2 == "main" && ($1 == codename || $1 ~ /^(oldstable|stable|testing|unstable|sid)$/) && !seen[$3]++ { print $3 }')
[ -n "$mirrors" ] || { echo 'the sources in /etc/apt name no mirror of Debian'; exit 1; }
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
signed= && [ ! -e $keyring ] || signed="[signed-by=$keyring] "
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/debs" "$work/root" "$work/parts"
: > "$work/status"
cat > "$work/apt.conf" <<END
Dir::State "$work/state";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "$work/parts";
Dir::Etc::preferences "$work/no-preferences";
Dir::Etc::preferencesparts "$work/parts";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
END
export APT_CONFIG="$work/apt.conf"
# Either takes seconds; a mirror that trickles must not keep anybody for hours.
limited='timeout --foreground 600'
updated=
for mirror in $mirrors; do
  printf 'deb %s%s sid main\\n' "$signed" "$mirror" > "$work/sources.list"
  if $limited apt-get -qq update; then updated=1; break; fi
done
[ -n "$updated" ]
cd "$work/debs"
apt-get -qq -s install --no-install-recommends "$package" |
  awk '/^Inst / && $2 !~ /^(perl|libperl|systemd|libsystemd-shared)/ { print $2 }' |
  xargs $limited apt-get -qq download
for deb in *.deb; do
  dpkg-deb --fsys-tarfile "$deb" |
    tar -x -C "$work/root" --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale
done
cd "$work/root"
file=$(ls -d usr/sbin/"$program" usr/bin/"$program" 2>/dev/null | head -n 1)
loader=$(ls -d usr/lib/*/ld-linux-*.so.* | head -n 1)
cat > run <<END
#!/bin/sh
root=\\$(dirname "\\$(readlink -f "\\$0")")
exec "\\$root/$loader" --argv0 "\\$root/$file" --library-path "\\$root/$(dirname "$loader")" "\\$root/$file" "\\$@" $more
END
chmod 755 run
./run "$version"
mv -T "$work/root" "$target" 2>/dev/null || [ -x "$target/run" ]
`;

export interface SidProgram {
  /** What its folder is called. */
  readonly name: string;
  readonly packageName: string;
  readonly program: string;
  /** Appended to its caller's arguments, as a shell reads it; \`$root\` is the folder. */
  readonly moreArguments: string;
  /** What makes it say its version, and end well. */
  readonly version?: string;
}

/** A script that becomes the program when it is run; undefined before it was unpacked. */
export function unpackedProgram({ name }: SidProgram): string | undefined {
  const script = join(FOLDER, name, 'run');
  return existsSync(script) ? script : undefined;
}

/** Ubuntu and others have mirrors of their own, without that suite. */
export function canUnpack(): boolean {
  if (!['apt-get', 'dpkg-deb', 'tar'].every((name) => findProgram(name))) return false;
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** @throws SetupError (exit 75) with the end of apt's output */
export async function unpackProgram({
  name,
  packageName,
  program,
  moreArguments,
  version = '--version',
}: SidProgram): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const target = join(FOLDER, name);
  process.stderr.write(`connects: unpacking ${packageName} of Debian's sid into ${target} (once) …\n`);
  const args = ['-c', UNPACK, 'connects-unpack', target, packageName, program, version, moreArguments];
  const { exitCode, output } = await runQuietly('/bin/sh', args);
  if (exitCode === 0) return;
  throw new SetupError(`${packageName} could not be unpacked:\n${output.slice(-LOG_TAIL_CHARACTERS)}`);
}
