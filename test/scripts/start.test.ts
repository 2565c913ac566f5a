/** `npm start` as a newcomer meets it: what it lists, what it prints to be typed, and the fleet that it shows. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase } from '../../src/db/connection.ts';
import { selectRows } from '../../src/db/query.ts';
import { root } from '../support/cli.ts';
import { shellWords } from '../support/printed-commands.ts';

const folder = mkdtempSync(join(tmpdir(), 'connects-start-'));
const started: Program[] = [];
afterAll(async () => {
  for (const one of started) await one.end();
  rmSync(folder, { recursive: true, force: true });
});

/** Nothing of the servers that tests have; a pipe, no terminal. */
function environment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, CONNECTS_START_FOLDER: folder };
  for (const name of ['DATABASE_URL', 'MIGRATE_DATABASE_URL', 'REDIS_URL', 'SMTP_URL', 'FORCE_COLOR'])
    delete env[name];
  return env;
}

class Program {
  readonly #child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #waiting: (() => void)[] = [];
  readonly ended: Promise<number | null>;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout?.on('data', (text) => {
      this.stdout += String(text);
      for (const look of this.#waiting) look();
    });
    this.#child.stderr?.on('data', (text) => (this.stderr += String(text)));
    this.ended = once(this.#child, 'close').then(([code]) => code as number | null);
  }

  /** @throws with all that it wrote, where it ends without having said that */
  async says(words: string): Promise<void> {
    const said = new Promise<void>((resolve) => {
      const look = (): void => void (this.stdout.includes(words) && resolve());
      this.#waiting.push(look);
      look();
    });
    const end = this.ended.then((code) => {
      throw new Error(`ended with ${code}:\n${this.stdout}${this.stderr}`);
    });
    await Promise.race([said, end]);
  }

  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  async end(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.ended;
  }
}

function start(...args: string[]): Program {
  const program = new Program(['scripts/bootstrap.js', 'start', ...args], environment());
  started.push(program);
  return program;
}

async function connects(...args: string[]): Promise<{ code: number | null; stdout: string }> {
  const env = { ...environment(), CONNECTS_SERVERS_FILE: join(folder, 'run', 'servers.json') };
  const program = new Program(['src/cli/connects.js', ...args], env);
  return { code: await program.ended, stdout: program.stdout };
}

test('says how it is used', async () => {
  const help = start('--help');
  expect(await help.ended).toBe(0);
  expect(help.stdout).toContain('npm start [-- --once]');
  expect(Math.max(...help.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('a first start lists its steps, and shows a fleet with half a year behind it', async () => {
  const program = start();
  await program.says('Ctrl-C');
  const lines = program.stdout.split('\n');
  const ticked = lines.filter((line) => line.startsWith('✔')).map((line) => line.slice(2, 15).trim());
  expect(ticked).toEqual(['Servers', 'Inbox', 'Schema', 'Sample fleet', 'Console', 'Catching up', 'Sign-in']);
  expect(lines.filter((line) => line.startsWith('✔') && !/\d\.\d s$/.test(line))).toEqual([]);
  expect(program.stdout).not.toContain('\x1b');
  expect(lines.filter((line) => line.length > 80 && !line.startsWith('The log is'))).toEqual([]);

  const printed = lines.filter((line) => line.startsWith('  npx connects '));
  const answers = [];
  for (const line of printed) answers.push(await connects(...shellWords(line).slice(2)));
  expect(answers.map(({ code }) => code)).toEqual([0, 0, 0]);
  const [why, failed, ahead] = answers.map(({ stdout }) => stdout) as [string, string, string];
  expect(why).toContain('50 of at most 50 Connects');
  expect(failed.match(/unknown-zone/g)).toHaveLength(2);
  expect(ahead).toMatch(/^\d+ accounts will be due within 7 days/);

  const link = /http\S+sign-in\S+/.exec(program.stdout)?.[0] ?? '';
  expect((await fetch(link)).status).toBe(200);
  await theStoriesAreTold();
  program.interrupt();
  expect(await program.ended).toBe(130);
  expect(program.stderr).toContain('connects: everything is stopped');

  const second = start('--once');
  expect(await second.ended).toBe(0);
  expect(second.stdout).toMatch(/✔ Sample fleet +as it was left: \d+ accounts/);
  expect(second.stdout + second.stderr).not.toContain('0 of 0');
});

/** What was recorded of each. */
async function theStoriesAreTold(): Promise<void> {
  const { databaseUrl, inboxUrl } = JSON.parse(readFileSync(join(folder, 'run', 'servers.json'), 'utf8')) as {
    databaseUrl: string;
    inboxUrl: string;
  };
  const db = connectDatabase(databaseUrl, 1);
  const read = async (sql: string): Promise<string[]> =>
    (await selectRows<{ told: string }>(db, sql)).map(({ told }) => told);
  const decided = await read(
    "SELECT DISTINCT CONCAT(account_id, ' ', code) AS told FROM decisions WHERE subject NOT LIKE 'cycle:%'",
  );
  expect(decided).toEqual(
    expect.arrayContaining([
      'ana-upgraded upgraded',
      'bo-payment-failed payment-failed',
      'cleo-downgrades downgrade-pending',
      'fay-no-proposal invite-without-proposal',
      'freelancer-0007 weekly-cap',
    ]),
  );
  expect(await read("SELECT CONCAT(id, ' ', status) AS told FROM accounts WHERE status <> 'active'")).toEqual(
    expect.arrayContaining(['dee-suspended suspended', 'hal-closed closed']),
  );
  expect(await read("SELECT DISTINCT account_id AS told FROM outbox WHERE state = 'refused'")).toEqual([
    'gil-mailbox-gone',
  ]);
  // The hour may have turned meanwhile: then they have begun, and are settled.
  const soon = await read(
    `SELECT CAST(TIMESTAMPDIFF(MINUTE, UTC_TIMESTAMP(), next_cycle_at) AS CHAR) AS told FROM accounts
      WHERE id BETWEEN 'freelancer-0081' AND 'freelancer-0089'
        AND id NOT IN (SELECT account_id FROM cycles WHERE starts_at > UTC_TIMESTAMP() - INTERVAL 1 HOUR)`,
  );
  expect(soon.filter((minutes) => Number(minutes) > 60)).toEqual([]);
  expect((await read("SELECT id AS told FROM accounts WHERE kind = 'agency'")).length).toBeGreaterThan(5);
  const [months] = await read(
    "SELECT COUNT(DISTINCT LEFT(cycle_on, 7)) AS told FROM cycles WHERE account_id = 'freelancer-0001'",
  );
  expect(Number(months)).toBeGreaterThanOrEqual(6);
  await db.destroy();
  const inbox = (await (await fetch(`${inboxUrl}/messages.json?limit=0`)).json()) as { total: number };
  expect(inbox.total).toBeGreaterThan(20);
}
