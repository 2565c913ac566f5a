/** Installing on a plain host, as README.md says it: in an empty folder, to a command that cron finds. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../support/cli.ts';
import { type Installation, install } from '../support/installation.ts';

const folder = mkdtempSync(join(tmpdir(), 'connects-host-'));
const program = join(folder, 'connects');
const bin = join(folder, 'bin');
let installation: Installation;

/** Every command of the block, less `npm ci`, which would download what the checkout has already. */
const commands = /```sh\ncd \/opt\/connects.*\n(npm ci && .*)\n(ln .*)\n```/.exec(
  readFileSync(join(root, 'README.md'), 'utf8'),
);

beforeAll(async () => {
  installation = await install();
  mkdirSync(bin);
  mkdirSync(program);
  for (const name of ['src', 'jobs', 'migrations', 'scripts', 'node_modules']) copyTree(name);
  for (const name of ['package.json', 'package-lock.json', '.npmrc', 'tsconfig.json', 'tsconfig.build.json'])
    copyFileSync(join(root, name), join(program, name));
  // npm writes it in place, and the checkout has the same one.
  const hidden = 'node_modules/.package-lock.json';
  rmSync(join(program, hidden));
  copyFileSync(join(root, hidden), join(program, hidden));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await installation.remove();
});

/** By hard links, where both lie on one file system. */
function copyTree(name: string): void {
  const from = join(root, name);
  const linked = spawnSync('cp', ['-al', from, program], { stdio: 'ignore' });
  if (linked.status === 0) return;
  rmSync(join(program, name), { recursive: true, force: true });
  execFileSync('cp', ['-a', from, program]);
}

const shell = (line: string): unknown =>
  execFileSync('sh', ['-c', line], { cwd: program, stdio: ['ignore', 'ignore', 'inherit'] });

/** As cron starts it: no more than a PATH and what the crontab sets. */
function connects(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const { DATABASE_URL, REDIS_URL } = installation.env;
  const env = { PATH: `${bin}:${dirname(process.execPath)}:/usr/bin:/bin`, DATABASE_URL, REDIS_URL };
  const ended = spawnSync('connects', args, { env, cwd: '/', encoding: 'utf8' });
  return { code: ended.status, stdout: ended.stdout, stderr: ended.stderr };
}

it('ends with a command that sweeps from cron, and says what is missing where nothing is built', () => {
  const [, build = '', link = ''] = commands ?? [];
  shell(link.replaceAll('/opt/connects', program).replace('/usr/local/bin', bin));
  expect(build.startsWith('npm ci && ')).toBe(true);
  shell(`${build.slice('npm ci && '.length)} --offline`);
  expect(connects('--version')).toMatchObject({ code: 0, stderr: '' });
  expect(connects('sweep', '--wait', '--work')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^nothing is due as of /) as string,
  });

  // What `npm ci --omit=dev` alone leaves.
  rmSync(join(program, 'dist'), { recursive: true });
  expect(connects('--version')).toMatchObject({
    code: 75,
    stderr: expect.stringContaining(`run \`${build}\` in ${program}`) as string,
  });
});
