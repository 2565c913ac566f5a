/** A mail server that freezes: nobody's Connects wait for it, no process does, and letters leave soon after it thaws. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { startWorker } from '../../jobs/start-worker.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type Ended, startCli } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { expectGrantedOnce, expectSoonAfter } from '../support/liveness.ts';
import { stateOf } from '../support/process-state.ts';
import { quickly } from '../support/slowness.ts';
import { UNTRIED, countOf } from '../support/state.ts';
import { until, waitingSweep } from '../support/sweeping.ts';
import type { Arrived } from './post-office-victim.ts';
import { loadVictim } from './victims.ts';

const MEMBERS = 40;
/** Of them, those who become due while it is frozen. */
const LATER = 5;
const CONNECTIONS = 2;

let office: ChildProcess;
/** It freezes in the middle of what this one sends. */
let talking: Installation;
/** This one speaks to it only when it is frozen already. */
let coming: Installation;
beforeAll(async () => {
  const { child, loaded } = loadVictim('post-office-victim.ts');
  office = child;
  const [SMTP_URL] = (await loaded) as [string];
  const env = { SMTP_URL, CONNECTS_MAIL_CONNECTIONS: String(CONNECTIONS) };
  [talking, coming] = await Promise.all([install({ env }), install({ env })]);
  await importRows(talking.app, numbered('a', MEMBERS - LATER));
  await importRows(coming.app, numbered('b', MEMBERS));
});
afterAll(() => Promise.all([talking.remove(), coming.remove()]));

const count = ({ db }: Installation, where: string): Promise<number> =>
  countOf(db, `SELECT COUNT(*) FROM outbox WHERE ${where}`);

/** A worker that settles meanwhile, and is told to end. */
async function endWorker({ child, ended }: ReturnType<typeof startCli>): Promise<Ended> {
  await importRows(talking.app, numbered('c', LATER));
  expect(await waitingSweep(talking.app)).toMatchObject({ outcome: 'done', remaining: 0 });
  await expectGrantedOnce(talking, MEMBERS);
  const toldAt = performance.now();
  child.kill('SIGTERM');
  const worker = await ended;
  expect(performance.now() - toldAt).toBeLessThan(quickly(20) * 1_000);
  return worker;
}

/** A pass of cron, beside a worker that stays. */
async function pass(): Promise<Ended> {
  const args = ['sweep', '--wait', '--work', '--as-of', '2021-05-01T00:00:00Z'];
  const beside = { name: 'beside', stop: () => Promise.resolve() };
  const swept = await runHere(args, {
    app: coming.app,
    processes: { startWorker: () => Promise.resolve(beside) },
  });
  await expectGrantedOnce(coming, MEMBERS);
  return swept;
}

test('settling goes on, deadlines and signals end what waits for it, and all leave soon after it thaws', async () => {
  const worker = startCli(['worker'], talking.env);
  await waitingSweep(talking.app);
  await until('it is frozen', async () => (await stateOf(office.pid)) === 'T');
  const staying = startWorker(coming.app);
  let next: ReturnType<typeof startWorker> | undefined;
  try {
    const [ended, swept] = await Promise.all([endWorker(worker), pass()]);
    expect(ended).toMatchObject({ code: 143, stdout: '' });
    expect(swept).toMatchObject({ code: 75 });
    expect(swept.stderr).toContain(`${MEMBERS} notices wait: the mail server takes no mail: `);
    // What hung with it is free for whoever comes next.
    expect(await count(talking, `(${UNTRIED}) OR state = 'sent'`)).toBe(MEMBERS);
    expect(await count(talking, UNTRIED)).toBeGreaterThanOrEqual(MEMBERS - 5);
    expect(await count(coming, UNTRIED)).toBe(MEMBERS);

    const thawedAt = performance.now();
    office.kill('SIGCONT');
    next = startWorker(talking.app);
    for (const one of [talking, coming])
      await until(
        'all are sent',
        async () => (await count(one, "state = 'sent' AND attempts = 1")) === MEMBERS,
      );
    expectSoonAfter(thawedAt);
  } finally {
    office.kill('SIGCONT');
    worker.child.kill('SIGKILL');
    await Promise.all([staying.stop(), next?.stop()]);
  }
  const answered = once(office, 'message');
  office.send('letters');
  const [letters] = (await answered) as [Arrived[]];
  for (const part of [letters.map(({ to }) => to), letters.map(({ messageId }) => messageId)])
    expect(new Set(part).size).toBe(MEMBERS * 2);
  // Those alone that it had in hand when it froze may come a second time.
  expect(letters.length).toBeLessThanOrEqual(MEMBERS * 2 + CONNECTIONS);
});
