/**
 * `npm run prove -- live-browsers [ACCOUNTS]`: what the overview costs a sweep while three browsers look at it live. Rounds
 * with them and without take turns, each on a fleet of its own; CPU is that of worker, console, database and Redis, per
 * account, and the ratio is of medians. Exits 1 when it is more than 1.1.
 */
import type { Ground } from '../bench/ground.ts';
import { openServers, prepareGround, settleDown } from '../bench/ground.ts';
import { buildWorkers } from '../bench/build.ts';
import { median, startCounting } from '../bench/measuring.ts';
import { PRODUCT, startWorkerProcess } from '../bench/worker-process.ts';
import { exitCodeOf } from '../servers/processes.ts';
import { withThrowAwayServers } from '../servers/throw-away.ts';
import { anyDue } from '../../src/ledger/accounts.ts';
import { sweep } from '../../src/operations/runs/sweep.ts';
import { TestBrowser } from '../../test/support/browser.ts';
import { Client } from '../../test/support/console-client.ts';

const ACCOUNTS = 30_000;
const ROUNDS = 5;
const BROWSERS = 3;
const RATIO_MAX = 1.1;
const LOOK_MS = 50;
const PORT = 18_473;
const CONSOLE = ['src/cli/main.js', 'console'] as const;
const LOOKED_AT = 'live';
const UNSEEN = 'nobody looks';

const accounts = Number(process.argv[2] ?? ACCOUNTS);
process.exitCode = await withThrowAwayServers(async ({ env, watchdog, interruption }) => {
  // The watchdog ends what is left.
  interruption.listen(() => process.exit(exitCodeOf(null, interruption.signal ?? null)));
  const servers = await openServers(env);
  const build = await buildWorkers();
  const browser = new TestBrowser();
  await browser.start();
  const place = { folder: build.folder, watchdog };
  /** CPU-µs per account. */
  const measure = async (how: string): Promise<number> => {
    const settings = { CONNECTS_CONSOLE_PORT: String(PORT), CONNECTS_COHORT_OVER: '0' };
    const ground = await prepareGround(servers, accounts, { settings });
    const worker = startWorkerProcess(PRODUCT, { ...place, env: ground.env });
    const console = startWorkerProcess(CONSOLE, { ...place, env: ground.env });
    try {
      await settle(ground, ground.sweepAt.warmUp);
      const url = `http://127.0.0.1:${PORT}/`;
      await isThere(url);
      if (how === LOOKED_AT) {
        const { session } = await Client.signedIn(ground, url, 'viewer');
        for (let one = 0; one < BROWSERS; one += 1)
          await (await browser.visitor(url, { session, motion: true })).open('');
      }
      await settleDown(servers.admin);
      const count = startCounting({ ...servers.pids, worker: worker.pid, console: console.pid });
      await settle(ground, ground.sweepAt.measured);
      const { total, byProcess } = count();
      const each = Object.entries(byProcess).map(([name, used]) => `${name} ${(used / accounts).toFixed(1)}`);
      process.stdout.write(
        `  ${how}: ${(total / accounts).toFixed(1)} CPU-µs per account (${each.join(', ')})\n`,
      );
      return total / accounts;
    } finally {
      await browser.closeAll();
      await Promise.all([worker.stop(), console.stop()]);
      await ground.remove();
    }
  };
  try {
    const found: Record<string, number[]> = { [UNSEEN]: [], [LOOKED_AT]: [] };
    for (let round = 0; round < ROUNDS; round += 1)
      for (const how of round % 2 === 0 ? [UNSEEN, LOOKED_AT] : [LOOKED_AT, UNSEEN])
        found[how]?.push(await measure(how));
    const ratio = median(found[LOOKED_AT] as number[]) / median(found[UNSEEN] as number[]);
    process.stdout.write(
      `${BROWSERS} browsers look on, live ÷ unseen: ${ratio.toFixed(3)} (at most ${RATIO_MAX})\n`,
    );
    return ratio <= RATIO_MAX ? 0 : 1;
  } finally {
    await browser.stop();
    build.remove();
    await servers.close();
  }
});

async function settle({ app }: Ground, asOf: number): Promise<void> {
  await sweep(app.sweepDeps, { asOf, source: 'command', actor: 'proof' });
  while (await anyDue(app.db, asOf)) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}

async function isThere(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}livez`).catch(() => undefined);
    if (answer) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
