/**
 * `npm run prove -- delivery`: at least once, measured. Notices are sent while their senders are killed outright, again and
 * again, at every step of the way. Counted are those that are missing (none may be) and those that came twice: only
 * what the mail server had taken before the outbox knew, and each under the Message-ID that it had before.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import type { Database } from '../../src/db/connection.ts';
import { execute, selectRows } from '../../src/db/query.ts';
import { createLog } from '../../src/log.ts';
import { migrateDatabase } from '../../src/operations/upkeep/migrate-database.ts';
import { fillOutbox } from '../bench/mail-outbox.ts';
import { countOfState } from '../bench/mail-counts.ts';
import { loadFleet } from '../bench/fleet.ts';
import {
  SMTP_STEPS,
  STATEMENT_POINTS,
  type SenderOrders,
  type SmtpStep,
  type StatementPoint,
} from './kill-points.ts';
import { type MailServer, openMailServer } from './mail-server.ts';
import { reportFailure } from '../servers/setup-error.ts';
import { withThrowAwayServers } from '../servers/throw-away.ts';

const { values } = parseArgs({
  options: { notices: { type: 'string', default: '1000' }, kills: { type: 'string', default: '120' } },
});
const NOTICES = Number(values.notices);
const KILLS = Number(values.kills);
/** A sender that has not come to its step by then is killed where it is. */
const PATIENCE_MS = 15_000;

type Point = StatementPoint | { readonly step: SmtpStep };
const POINTS: readonly Point[] = [...STATEMENT_POINTS, ...SMTP_STEPS.map((step) => ({ step }))];

interface Sender {
  readonly child: ChildProcess;
  readonly loaded: Promise<unknown>;
}

/** Loading takes a sender longer than dying does: the next one loads meanwhile. */
function loadSender(): Sender {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'sender.ts')], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  return { child, loaded: once(child, 'message') };
}

interface Proof {
  readonly db: Database;
  readonly env: SenderOrders['env'];
  readonly server: MailServer;
  /** Taken by the server and not marked when a sender died: only these may come twice. */
  readonly open: Set<string>;
  readonly killsByStep: Map<string, number>;
}

/** Lets a sender work until it dies at this point; false where it had to be killed for slowness. */
async function killAt(proof: Proof, { child, loaded }: Sender, point: Point, nth: number): Promise<boolean> {
  await loaded;
  const gone = once(child, 'exit');
  const die = (): void => void child.kill('SIGKILL');
  let seen = 0;
  proof.server.onStep = (step) => {
    if (!('statement' in point) && step === point.step && (seen += 1) === nth) die();
  };
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    die();
  }, PATIENCE_MS);
  child.send({
    env: proof.env,
    ...('statement' in point && { kill: { ...point, nth } }),
  } satisfies SenderOrders);
  await gone;
  clearTimeout(timer);
  proof.server.onStep = () => undefined;
  // Let the server hear that the connections are gone.
  await new Promise((resolve) => setTimeout(resolve, 50));
  return !late;
}

/** What was taken but not marked may come again; and all leases run out, as they would in a few minutes. */
async function takeStock({ db, server, open }: Proof): Promise<void> {
  const unmarked = await selectRows<{ email: string }>(
    db,
    `SELECT email FROM outbox JOIN contacts ON contacts.account_id = outbox.account_id
      WHERE state <> 'sent' ORDER BY outbox.id`,
  );
  const addresses = new Set(unmarked.map((row) => row.email));
  for (const { messageId, to } of server.taken) if (addresses.has(to)) open.add(messageId);
  await execute(
    db,
    "UPDATE outbox SET lease_until = staged_at WHERE state IN ('claimed', 'sending') AND lease_until IS NOT NULL",
  );
}

async function prove(proof: Proof): Promise<void> {
  let next = loadSender();
  for (let kill = 0; kill < KILLS; kill += 1) {
    const sender = next;
    next = loadSender();
    const point = POINTS[kill % POINTS.length] as Point;
    // A claim takes all that may be out at once: there is no second one in a short life.
    const nth = point.step.startsWith('claim') ? 1 : 1 + (kill % 3);
    if (await killAt(proof, sender, point, nth))
      proof.killsByStep.set(point.step, (proof.killsByStep.get(point.step) ?? 0) + 1);
    await takeStock(proof);
    process.stderr.write(`\r${kill + 1} kills, ${proof.server.taken.length} messages taken   `);
  }
  await next.loaded;
  next.child.send({ env: { ...proof.env, CONNECTS_MAIL_RATE: '1000' } } satisfies SenderOrders);
  const deadline = performance.now() + 120_000;
  while ((await countOfState(proof.db)).sent < NOTICES && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 200));
  next.child.kill('SIGKILL');
  process.stderr.write('\n');
}

/** The verdict, with the numbers behind it. */
function judge({ server, open, killsByStep }: Proof) {
  const times = new Map<string, number>();
  for (const { messageId } of server.taken) times.set(messageId, (times.get(messageId) ?? 0) + 1);
  const twice = [...times].filter(([, count]) => count > 1).map(([messageId]) => messageId);
  const recipients = new Map(server.taken.map((one) => [one.to, one.messageId]));
  const otherIds = server.taken.filter((one) => recipients.get(one.to) !== one.messageId).length;
  const kills = [...killsByStep.values()].reduce((sum, one) => sum + one, 0);
  const missing = NOTICES - recipients.size;
  const unexplained = twice.filter((messageId) => !open.has(messageId)).length;
  const stepsMissed = POINTS.filter((one) => !killsByStep.has(one.step)).map((one) => one.step);
  return {
    notices: NOTICES,
    kills,
    steps: killsByStep.size,
    stepsMissed,
    taken: server.taken.length,
    missing,
    duplicates: twice.length,
    unexplained,
    otherIds,
    killsByStep: Object.fromEntries(killsByStep),
    holds:
      missing === 0 &&
      unexplained === 0 &&
      otherIds === 0 &&
      kills >= Math.min(100, KILLS) &&
      stepsMissed.length === 0,
  };
}

async function main(): Promise<number> {
  try {
    return await withThrowAwayServers(async (setting) => {
      const server = await openMailServer();
      const databaseUrl = setting.env.DATABASE_URL as string;
      // Slow, so that there is something left to send after the last kill.
      const slow = { CONNECTS_MAIL_RATE: '20', CONNECTS_LOG_LEVEL: 'silent' };
      const env = { ...setting.env, SMTP_URL: server.url, ...slow };
      const app = composeApp(parseConfig(env), systemClock, createLog('silent'));
      await migrateDatabase({ ownerUrl: databaseUrl, owner: app.db, appUrl: undefined });
      await loadFleet(databaseUrl, NOTICES, Date.now());
      await fillOutbox(app.db, 2);
      const proof: Proof = { db: app.db, env, server, open: new Set(), killsByStep: new Map() };
      await prove(proof);
      const verdict = judge(proof);
      await app.close();
      await server.stop();
      process.stdout.write(`${JSON.stringify(verdict, null, 2)}\n`);
      return verdict.holds ? 0 : 1;
    });
  } catch (error) {
    return reportFailure(error);
  }
}

process.exitCode = await main();
setTimeout(() => process.exit(), 500).unref();
