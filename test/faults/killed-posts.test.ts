/** Whoever answers POST /v1/events, or the database behind it, is killed on the way: the caller sends again, and all counts once. */
import { startConsole } from '../../src/console/server.ts';
import { addToken } from '../../src/operations/upkeep/tokens.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type Running, startCli } from '../support/cli.ts';
import { type Installation, install } from '../support/installation.ts';
import { expectSoonAfter, holdRows, listTransactions } from '../support/liveness.ts';
import { type PrivateServer, privateDatabase } from '../support/private-servers.ts';
import { countOf } from '../support/state.ts';
import { until } from '../support/sweeping.ts';

const FLEET = 50;
/** One purchase for each. */
const EVENTS = numbered('a', FLEET).map(({ id }) => ({
  id: `bought-${id}`,
  account: id,
  at: '2021-01-02T00:00:00Z',
  type: 'connects.purchased',
  amount: 7,
}));

let server: PrivateServer;
let installation: Installation;
let secret: string;
beforeEach(async () => {
  installation = await install({
    databaseServer: server.url,
    env: { CONNECTS_CONSOLE_PORT: '0', SMTP_URL: '' },
  });
  await importRows(installation.app, numbered('a', FLEET));
  const about = { name: 'shop', role: 'ingest', actor: 'test', reason: null } as const;
  secret = (await addToken(installation.app, about)).secret;
});
afterEach(() => installation.remove());
beforeAll(async () => {
  server = await privateDatabase();
});
afterAll(() => server.remove());

const post = (url: string): Promise<number> =>
  fetch(`${url}v1/events`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${secret}` },
    body: JSON.stringify(EVENTS),
  }).then((answer) => answer.status);

/** A console of its own process, and where it listens. */
async function startOwnConsole(): Promise<Running & { url: string }> {
  const running = startCli(['console'], installation.env);
  let said = '';
  running.child.stderr?.on('data', (text: string) => (said += text));
  await until('it listens', () => /http:\S+\n/.test(said));
  return { ...running, url: /http:\S+/.exec(said)?.[0] as string };
}

async function expectOnce(): Promise<void> {
  const { db } = installation;
  expect(await countOf(db, "SELECT COUNT(*) FROM events WHERE state = 'applied'")).toBe(FLEET);
  expect(await countOf(db, 'SELECT COUNT(*) FROM events')).toBe(FLEET);
  expect(await countOf(db, "SELECT COUNT(*) FROM entries WHERE kind = 'purchase' AND amount = 7")).toBe(
    FLEET,
  );
  expect(await countOf(db, "SELECT COUNT(*) FROM entries WHERE kind = 'purchase'")).toBe(FLEET);
  expect(await countOf(db, 'SELECT COUNT(*) FROM accounts WHERE balance >= 7')).toBe(FLEET);
}

/** The last account is held by somebody, so that the request is under way for as long as that is wanted. */
const holdTheLast = () =>
  holdRows(installation, `SELECT id FROM accounts WHERE id = '${EVENTS.at(-1)?.account}' FOR UPDATE`);

/** Until the request has begun to record, and waits. */
const untilUnderWay = (): Promise<void> =>
  until(
    'it is under way',
    async () =>
      (await listTransactions(installation)).length > 1 ||
      (await countOf(installation.db, 'SELECT COUNT(*) FROM events')) > 0,
  );

test('the console: the next one takes what is sent again', async () => {
  const [first, second] = await Promise.all([startOwnConsole(), startOwnConsole()]);
  const holder = await holdTheLast();
  const posting = post(first.url).catch((error: Error) => error.message);
  await untilUnderWay();
  first.child.kill('SIGKILL');
  expect(await posting).toBe('fetch failed');
  await first.ended;
  await holder.release();
  const endedAt = performance.now();
  await until('it is taken', async () => (await post(second.url)) === 200);
  expectSoonAfter(endedAt);
  await expectOnce();
  // Sent once more, as by a caller who lost the answer.
  expect(await post(second.url)).toBe(200);
  await expectOnce();
  second.child.kill('SIGTERM');
  expect((await second.ended).code).toBe(143);
});

test('the database: the caller is told to try again, and the same console takes it', async () => {
  const console = await startConsole(installation.app);
  try {
    const holder = await holdTheLast();
    const posting = post(console.url);
    await untilUnderWay();
    await server.crash();
    await holder.release();
    expect(await posting).toBe(503);
    await server.restart();
    const endedAt = performance.now();
    await until('it is taken', async () => (await post(console.url)) === 200);
    expectSoonAfter(endedAt);
    await expectOnce();
  } finally {
    await console.stop();
  }
});
