/**
 * `npm run check`: everything that has to hold before a change is handed in, in the order of what is quickest to mend.
 * `-- --no-tests` leaves the tests out. Every step runs, so that one look shows all there is to do.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listenForInterruption } from './servers/interruption.ts';
import { exitCodeOf } from './servers/processes.ts';
import { runCommand } from './servers/run-command.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const bootstrap = join(ROOT, 'scripts', 'bootstrap.js');
const openApiScript = join(ROOT, 'scripts', 'check', 'openapi.ts');
const schemaScript = join(ROOT, 'scripts', 'check', 'schema.ts');
const tsx = createRequire(import.meta.url).resolve('tsx');

interface Step {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const tool = (name: string) => join(ROOT, 'node_modules', '.bin', name);
const steps: Step[] = [
  { name: 'format', args: [tool('prettier'), '--check', '.'] },
  { name: 'lint', args: [tool('oxlint'), '--type-aware', '--deny-warnings'] },
  { name: 'types', args: [tool('tsc'), '--noEmit'] },
  { name: 'openapi', args: [process.execPath, '--import', tsx, openApiScript, '--check'] },
];
if (existsSync(schemaScript)) {
  const command = [process.execPath, '--import', tsx, schemaScript, '--check'] as const;
  const args = [process.execPath, bootstrap, 'with-servers', '--', ...command];
  // Whatever server the tests are to run on: the file is as MariaDB spells it.
  steps.push({ name: 'schema', args, env: { CONNECTS_LOCAL_DATABASE: 'mariadb' } });
}

/** Quiet when all is well, else the tool's own words. @returns the exit code */
async function runStep({ name, args, env }: Step): Promise<number> {
  const startedAt = performance.now();
  const [command, ...rest] = args;
  const child = spawn(command as string, rest, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(exitCodeOf(code, signal)));
  });
  const elapsed = `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;
  process.stdout.write(`${exitCode === 0 ? '✓' : '✗'} ${name.padEnd(8)}${elapsed}\n`);
  if (exitCode !== 0) process.stdout.write(`${output.trimEnd()}\n\n`);
  return exitCode;
}

const interruption = listenForInterruption();
const leaveIfInterrupted = () => {
  if (interruption.signal) process.exit(exitCodeOf(null, interruption.signal));
};

let failed = false;
for (const step of steps) {
  if ((await runStep(step)) !== 0) failed = true;
  leaveIfInterrupted();
}
if (process.argv.includes('--no-tests')) process.exit(failed ? 1 : 0);
// Last, and with its output as it comes: its closing line is this command's.
const testsExitCode = await runCommand({
  command: process.execPath,
  args: [bootstrap, 'test'],
  env: process.env,
  interruption,
});
process.exit(testsExitCode === 0 && failed ? 1 : testsExitCode);
