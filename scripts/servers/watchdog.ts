/**
 * Ends our servers when we can't: after a `kill -9`, a crash, a closed laptop lid of a CI runner. A tiny shell waits for
 * the end of a pipe that only this process holds open, so it needs no polling and can't mistake another process for us.
 */
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/**
 * Reads `watch PID`, `remove FOLDER` and `done`. At the end of the input without `done`, it stops the watched processes,
 * the latest first, each checked to be the one it was told of, and removes the throw-away folders.
 */
const WATCH = `
trap '' HUP INT TERM
began() { sed -n 's/.*) [^ZX] //p' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 19; }
alive() { kill -0 "$1" 2>/dev/null && [ "$(began "$1")" = "$2" ]; }
watched=''
while read -r word value; do
  case $word in
    watch) watched="$value:$(began "$value") $watched" ;;
    remove) set -- "$@" "$value" ;;
    done) exit 0 ;;
  esac
done
for one in $watched; do
  pid=\${one%%:*} birth=\${one#*:} tries=0
  alive "$pid" "$birth" || continue
  kill -TERM "$pid"
  while alive "$pid" "$birth" && [ $tries -lt 150 ]; do sleep 0.1; tries=$((tries + 1)); done
  if alive "$pid" "$birth"; then kill -KILL "$pid"; fi
done
for folder; do rm -rf -- "$folder"; done
`;

export interface Watchdog {
  /** Also ends this process when we are gone. */
  watch(pid: number): void;
  /** Also removes this folder, last of all, when we are gone. */
  remove(folder: string): void;
  /** Everything is stopped in order: it ends without touching anything. */
  dismiss(): Promise<void>;
}

export function startWatchdog(): Watchdog {
  const child = spawn('/bin/sh', ['-c', WATCH, 'connects-watchdog'], {
    // Its own session, so that a Ctrl-C or a closed terminal leaves it alone; not in a folder that it may remove.
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  child.unref();
  (child.stdin as unknown as Socket).unref();
  // Somebody ended the watchdog: we still stop everything ourselves.
  child.stdin.on('error', () => {});
  return {
    watch: (pid) => void child.stdin.write(`watch ${pid}\n`),
    remove: (folder) => void child.stdin.write(`remove ${folder}\n`),
    dismiss: () => {
      child.ref();
      child.stdin.end('done\n');
      return ended;
    },
  };
}
