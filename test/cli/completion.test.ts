/** Tab in a shell: commands, flags, choices, and ids and codes that the database knows. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { startWorker } from '../../jobs/start-worker.ts';
import { COMPLETION_SCRIPTS, SHELLS, type Shell } from '../../src/cli/completion-scripts.ts';
import { importBroken, importRows } from '../support/accounts.ts';
import { root } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';

let installation: Installation;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'connects-tab-'));
  // A slow machine must not leave a Tab without an answer.
  installation = await install({ env: { CONNECTS_COMPLETION_MAX: '5m' } });
  await importRows(installation.app, [{ id: 'acct-1' }, { id: 'acct-2' }, { id: 'other' }]);
  await importBroken(installation.app, 'broken');
  await runHere(['sweep', '--work', '--as-of', '2021-05-01T00:00:00Z'], {
    app: installation.app,
    processes: { startWorker },
  });
});
afterAll(async () => {
  await installation.remove();
  rmSync(folder, { recursive: true });
});

/** What may come next, the last word being completed; without what is said of each. */
async function nextOf(line: string, shell: Shell = 'fish', app = installation.app): Promise<string[]> {
  const ended = await runHere(['complete', shell, '--', ...line.split(' ')], { app });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  const lines = ended.stdout.split('\n').slice(0, -1);
  return lines.map((one) => one.split('\t')[0] ?? '');
}

test.each<[line: string, found: string[]]>([
  ['ru', ['run', 'rules']],
  ['run sh', ['show']],
  ['--co', ['--color']],
  ['--color ', ['auto', 'always', 'never']],
  ['--color never run st', ['stop']],
  ['run list --ki', ['--kind']],
  ['run list --kind re', ['rerun', 'reversal']],
  ['run list --kind=re', ['--kind=rerun', '--kind=reversal']],
  ['run list --kind rerun --k', []],
  ['run show ', ['1']],
  ['run show 7', []],
  ['run show 1 --w', ['--watch']],
  ['rerun ', ['1']],
  ['notices list --run ', ['1']],
  ['failures list --error u', ['unknown-zone']],
  ['failures list --error=', ['--error=unknown-zone']],
  ['failures ack b', ['broken']],
  ['failures ack broken b', ['broken']],
  ['account show acct', ['acct-1', 'acct-2']],
  ['account show -- acct-1', ['acct-1']],
  ['sweep --account acct-1 o', ['other']],
  ['notices preview wel', ['welcome']],
  ['help ru', ['run', 'rules']],
  ['terms check ', [':files']],
  ['sweep --accounts-file ', [':files']],
  ['nonsense x', []],
  ['completion ', ['bash', 'zsh', 'fish']],
])('behind "connects %s" come %j', async (line, found) => expect(await nextOf(line)).toEqual(found));

test('bash cuts words at =, and completes what stands behind it', async () => {
  expect(await nextOf('failures list --error = unk', 'bash')).toEqual(['unknown-zone']);
  expect(await nextOf('run list --kind = re', 'bash')).toEqual(['rerun', 'reversal']);
});

test('says of each what it is, and nothing at all without a database', async () => {
  const { stdout } = await runHere(['complete', 'zsh', '--', 'run', 'show', ''], { app: installation.app });
  expect(stdout).toMatch(/^1\tsweep, completed-with-failures, \d+ s ago\n$/);
  expect(await runHere(['complete', 'zsh', '--', 'run', 'show', ''])).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
});

const isThere = (shell: Shell): boolean => {
  try {
    execFileSync(shell, ['-c', 'true']);
    return true;
  } catch {
    return false;
  }
};

/** How each is asked: by the function or the builtin that Tab calls. */
const ASKED: Readonly<Record<Shell, (script: string, words: readonly string[]) => readonly string[]>> = {
  bash: (script, words) => [
    '-c',
    `source ${script}; COMP_WORDS=(connects "$@"); COMP_CWORD=$#; _connects connects; printf '%s\\n' "\${COMPREPLY[@]}"`,
    'bash',
    ...words,
  ],
  zsh: (script, words) => [
    '-fc',
    `compdef() { :; }; _files() { print FILES; }; _describe() { print -l -- "\${found[@]%%:*}"; }; source ${script}
     words=(connects "$@"); CURRENT=\${#words}; _connects`,
    'zsh',
    ...words,
  ],
  fish: (script, words) => [
    '--no-config',
    '-c',
    `source ${script}; complete -C "connects ${words.join(' ')}" | string split -f1 \\t; true`,
  ],
};

// A host may lack the others; bash is where the program itself is tested.
test.each(SHELLS.filter((shell) => shell === 'bash' || isThere(shell)))('%s takes it from there', (shell) => {
  const bin = join(folder, `bin-${shell}`);
  mkdirSync(bin);
  symlinkSync(join(root, 'src/cli/connects.js'), join(bin, 'connects'));
  const script = join(folder, `connects.${shell}`);
  writeFileSync(script, `${COMPLETION_SCRIPTS[shell]}\n`);
  const env = {
    ...process.env,
    ...installation.env,
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    HOME: folder,
  };
  const asked = (...words: string[]): string[] =>
    execFileSync(shell, ASKED[shell](script, words), { env, cwd: folder, encoding: 'utf8' })
      .trim()
      .split('\n');
  expect(asked('run', 'show', '')).toEqual(['1']);
  expect(asked('terms', 'check', '')).not.toContain(':files');
});
