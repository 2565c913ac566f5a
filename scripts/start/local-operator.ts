/** Whoever runs `npm start` operates it: a user of that name, and a link that signs in as that one, once. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const LOCAL_OPERATOR = 'local';

const COMMAND_MAX_MS = 30_000;

/** @returns undefined where none can be made, such as for a user who was disabled: `connects users` says why */
export async function linkOfLocalOperator(
  launcher: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const users = (...args: readonly string[]) => connects(launcher, env, ['users', ...args]);
  // One that is there already is refused, and is the right one.
  await users('add', LOCAL_OPERATOR, '--role', 'operator', '--reason', 'npm start');
  const printed = await users('link', LOCAL_OPERATOR, '--reason', 'npm start');
  return printed?.trim();
}

/** Kept, because a token is shown once; good for facts of a sample fleet and for nothing else. */
export async function liveToken(
  folder: string,
  launcher: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const file = join(folder, 'live-token');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const name = `npm start ${Date.now().toString(36)}`;
  const args = ['tokens', 'add', name, '--role', 'ingest', '--reason', 'live facts', '--json'];
  const printed = await connects(launcher, env, args);
  if (printed === undefined) return undefined;
  const { token } = JSON.parse(printed) as { token: string };
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  return token;
}

/** What it prints; undefined where it fails. */
const connects = (
  launcher: string,
  env: NodeJS.ProcessEnv,
  args: readonly string[],
): Promise<string | undefined> =>
  new Promise((resolve) => {
    const options = { env, timeout: COMMAND_MAX_MS };
    execFile(process.execPath, [launcher, ...args], options, (error, stdout) =>
      resolve(error ? undefined : stdout),
    );
  });
