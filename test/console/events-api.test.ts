import type { App } from '../../src/app.ts';
import { startConsole, type Console } from '../../src/console/server.ts';
import { RefusedSignIns } from '../../src/console/refused-sign-ins.ts';
import { addToken, withdrawToken } from '../../src/operations/upkeep/tokens.ts';
import { EVENT_TYPES } from '../../src/domain/events/events.ts';
import { bought, record } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { ManualClock } from '../../scripts/stage/manual-clock.ts';
import { Client } from '../support/console-client.ts';
import { type Installation, install } from '../support/installation.ts';
import { holdRows } from '../support/liveness.ts';

let installation: Installation;
let served: Console;
let operator: string;
let ingest: string;

const opening = {
  id: 'e1',
  account: 'a1',
  at: '2021-02-03T09:00:00Z',
  type: 'account.opened',
  kind: 'freelancer',
  plan: 'basic',
  email: 'a1@example.test',
};
const spend = (id: string, account = 'a1', amount = 6) => ({
  id,
  account,
  at: '2021-02-05T09:00:00Z',
  type: 'connects.spent',
  amount,
});

let named = 0;
const tokenOf = async (role: 'ingest' | 'viewer' | 'operator') =>
  addToken(installation.app, { name: `${role} ${(named += 1)}`, role, actor: 'test', reason: null });

async function post(
  body: unknown,
  token: string | undefined = ingest,
): Promise<{ status: number; body: never }> {
  const response = await fetch(`${served.url}v1/events`, {
    method: 'POST',
    headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as never };
}

const countEntries = async (): Promise<number> => {
  const [[row]] = (await installation.db.raw('SELECT COUNT(*) AS entries FROM entries')) as [
    [{ entries: number }],
  ];
  return row.entries;
};

beforeAll(async () => {
  installation = await install({ env: { CONNECTS_CONSOLE_PORT: '0' } });
  served = await startConsole(installation.app);
  ingest = (await tokenOf('ingest')).secret;
  operator = (await tokenOf('operator')).secret;
});

afterAll(async () => {
  await served.stop();
  await installation.remove();
});

test('a token of the ingest role is asked for, always', async () => {
  const viewer = await tokenOf('viewer');
  const gone = await tokenOf('ingest');
  await withdrawToken(installation.app, { id: gone.id, actor: 'test', reason: null });
  expect((await post(opening, '')).status).toBe(401);
  expect((await post(opening, 'cnx_nonsense')).status).toBe(401);
  expect((await post(opening, gone.secret)).status).toBe(401);
  expect((await post(opening, viewer.secret)).status).toBe(403);
  expect(await countEntries()).toBe(0);
});

test('one event is answered with its outcome; again it changes nothing; with other content it is a conflict', async () => {
  const first = await post(opening);
  expect(first).toEqual({
    status: 200,
    body: {
      id: 'e1',
      outcome: 'applied',
      codes: ['awarded'],
      effectiveAt: '2021-02-03T09:00:00.000Z',
      late: false,
    },
  });
  expect(await post(opening)).toEqual({ status: 200, body: { id: 'e1', outcome: 'duplicate' } });
  const other = await post({ ...opening, at: '2021-02-04T09:00:00Z' });
  expect(other).toMatchObject({ status: 409, body: { outcome: 'conflict' } });
  expect(await countEntries()).toBe(1);
});

test('good events of a list are recorded also where others are bad, each with its own answer, in order', async () => {
  const { status, body } = await post([
    spend('e2'),
    { ...spend('e3'), amount: 'six' },
    spend('e4', 'nobody'),
    { ...spend('e5'), at: '2121-02-05T09:00:00Z' },
    spend('e6', 'a1', 1_000),
    'not an event',
  ]);
  expect(status).toBe(422);
  expect(body).toEqual({
    results: [
      { id: 'e2', outcome: 'applied', codes: [], effectiveAt: '2021-02-05T09:00:00.000Z', late: false },
      { id: 'e3', outcome: 'invalid', faults: [expect.objectContaining({ where: 'amount' })] },
      { id: 'e4', outcome: 'unknown-account' },
      { id: 'e5', outcome: 'invalid', faults: [expect.objectContaining({ where: 'at' })] },
      expect.objectContaining({ id: 'e6', outcome: 'refused', codes: ['insufficient-connects'] }),
      { id: null, outcome: 'invalid', faults: [expect.objectContaining({ where: '(all)' })] },
    ],
  });
});

test('an event whose account cannot be brought current is kept, and answered 202', async () => {
  await post({ ...opening, id: 'e10', account: 'stuck' });
  await installation.db.raw("UPDATE accounts SET zone = 'Nowhere/Atall' WHERE id = 'stuck'");
  const kept = await post(spend('e11', 'stuck'));
  expect(kept).toMatchObject({ status: 202, body: { outcome: 'waiting', code: 'unknown-zone' } });
  await installation.db.raw("UPDATE accounts SET zone = 'UTC' WHERE id = 'stuck'");
  expect(await post(spend('e12', 'stuck'))).toMatchObject({ status: 200, body: { outcome: 'applied' } });
  const [rows] = (await installation.db.raw(
    "SELECT id, state FROM events WHERE account_id = 'stuck' ORDER BY arrival",
  )) as [{ id: string; state: string }[]];
  expect(rows.map((row) => `${row.id} ${row.state}`)).toEqual(['e10 applied', 'e11 applied', 'e12 applied']);
});

test('a correction is an operator’s: a token of the role ingest brings none, alone or among facts', async () => {
  await post({ ...opening, id: 'e15', account: 'minted' });
  const before = await countEntries();
  const given = { account: 'minted', at: '2021-02-05T09:00:00Z' };
  const minting = { ...given, id: 'e16', type: 'balance.adjusted', amount: 1_000, reason: 'x' };
  const refused = {
    outcome: 'invalid',
    faults: [{ where: 'type', what: expect.stringContaining('may not bring balance.adjusted') as string }],
  };
  expect(await post(minting)).toMatchObject({ status: 422, body: refused });
  const bought = { ...given, id: 'e17', type: 'connects.purchased', amount: 3 };
  expect(await post([minting, bought])).toMatchObject({
    status: 422,
    body: { results: [refused, { outcome: 'applied' }] },
  });
  expect(await countEntries()).toBe(before + 1);
});

test('a correction that comes in here names its token in the audit log, with its reason, before and after', async () => {
  await post({ ...opening, id: 'e20', account: 'mended' });
  const given = { id: 'e21', account: 'mended', at: '2021-02-05T09:00:00Z', type: 'balance.adjusted' };
  const { secret } = await tokenOf('operator');
  const correction = { ...given, amount: 5, reason: 'lost in transfer' };
  expect(await post(correction, secret)).toMatchObject({ status: 200 });
  await post(correction, secret);
  const [rows] = (await installation.db.raw(
    "SELECT actor, reason, before_is, after_is FROM audit_log WHERE target = 'account:mended'",
  )) as [{ actor: string; reason: string; before_is: string; after_is: string }[]];
  expect(rows).toEqual([
    {
      actor: `token operator ${named}`,
      reason: 'lost in transfer',
      before_is: '{"balance":40}',
      after_is: '{"balance":45,"event":"e21","outcome":"applied"}',
    },
  ]);
});

test('every event keeps the token that brought it, also past its own decision; what comes otherwise has none', async () => {
  const { id, secret } = await tokenOf('ingest');
  await post({ ...opening, id: 'e70', account: 'brought' }, secret);
  await record(installation.app, [bought('e71', 'brought', '2021-02-04 09:00')]);
  await installation.db.raw("UPDATE accounts SET zone = 'Nowhere/Atall' WHERE id = 'brought'");
  await post(spend('e72', 'brought'), secret);
  await record(installation.app, [bought('e73', 'brought', '2021-02-05 10:00')]);
  const told = await runHere(['account', 'explain', 'brought', '--since', '2021-01-01'], {
    app: installation.app,
  });
  expect(told.stdout).toContain(`  Brought over HTTP with token ${id} (ingest ${named}).\n`);
  const waiting = await runHere(['events', 'waiting', 'list', '--account', 'brought', '--json'], {
    app: installation.app,
  });
  expect(JSON.parse(waiting.stdout)).toMatchObject([
    { id: 'e72', token: { id, name: `ingest ${named}` } },
    { id: 'e73', token: null },
  ]);
  await installation.db.raw("UPDATE accounts SET zone = 'UTC' WHERE id = 'brought'");
  const other = await tokenOf('ingest');
  await post(spend('e74', 'brought'), other.secret);
  const [rows] = (await installation.db.raw(
    "SELECT id, state, token_id AS token FROM events WHERE account_id = 'brought' ORDER BY arrival",
  )) as [{ id: string; state: string; token: number | null }[]];
  expect(rows.map((row) => `${row.id} ${row.state} ${row.token}`)).toEqual([
    `e70 applied ${id}`,
    'e71 applied null',
    `e72 applied ${id}`,
    'e73 applied null',
    `e74 applied ${other.id}`,
  ]);
});

test('what is no JSON, too many or too large is refused with what was expected', async () => {
  expect(await post('{')).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining('expected JSON') },
  });
  expect(await post([])).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining('1 to 1000') },
  });
  const many = Array.from({ length: 1_001 }, (_, index) => spend(`m${index}`));
  expect((await post(many)).status).toBe(400);
  expect((await post(`"${'x'.repeat(1_100_000)}"`)).status).toBe(413);
});

const ask = async (
  path: string,
  init: RequestInit,
): Promise<{ status: number; allow: string | null; body: unknown }> => {
  const response = await fetch(`${served.url}${path}`, init);
  return { status: response.status, allow: response.headers.get('Allow'), body: await response.json() };
};

test.each(['Bearer', 'bearer', 'BEARER'])('the scheme may be written %s', async (scheme) => {
  const headers = { Authorization: `${scheme} ${ingest}` };
  const { status } = await ask('v1/events', { method: 'POST', headers, body: '[]' });
  expect(status).toBe(400);
});

test.each<[method: string, path: string, allow: string]>([
  ['GET', 'v1/events', 'POST'],
  ['PUT', 'v1/events', 'POST'],
  ['DELETE', 'v1/events', 'POST'],
  ['POST', 'readyz', 'GET, HEAD'],
  ['POST', '', 'GET, HEAD'],
])('%s /%s is 405, and Allow says what it takes', async (method, path, allow) => {
  const answer = await ask(path, { method });
  expect(answer).toEqual({
    status: 405,
    allow,
    body: { error: `/${path} takes ${allow}, and not ${method}` },
  });
});

test.each(['v1', 'v1/event', 'v1/events/', 'nowhere'])('/%s is 404, as JSON', async (path) => {
  expect(await ask(path, {})).toEqual({ status: 404, allow: null, body: { error: `there is no /${path}` } });
});

describe('bytes', () => {
  const asked = (body: Buffer): ReturnType<typeof ask> =>
    ask('v1/events', {
      method: 'POST',
      headers: { Authorization: `Bearer ${operator}` },
      body: new Uint8Array(body),
    });
  const adjusted = (id: string, reason: string) =>
    JSON.stringify({
      id,
      account: 'a1',
      at: '2021-02-05T09:00:00Z',
      type: 'balance.adjusted',
      amount: 1,
      reason,
    });

  test.each<[what: string, bytes: number[]]>([
    ['Latin-1', [0xe9]],
    ['a character cut short', [0xe2, 0x82]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
  ])('that are no UTF-8 (%s) are refused whole, and nothing is stored', async (_what, bytes) => {
    const before = await countEntries();
    const [head = '', tail = ''] = adjusted('u1', '#').split('#');
    const answer = await asked(Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from(tail)]));
    expect(answer).toMatchObject({ status: 400, body: { error: 'expected UTF-8 text' } });
    expect(await countEntries()).toBe(before);
  });

  test('may hold U+FFFD itself, and begin with a byte order mark', async () => {
    expect(await asked(Buffer.from(`\uFEFF${adjusted('u2', 'a \uFFFD b')}`))).toMatchObject({ status: 200 });
  });

  test('of half a character, escaped, are a fault of their field', async () => {
    const body = adjusted('u3', '#').replace('#', '\\ud800');
    expect(await asked(Buffer.from(body))).toMatchObject({
      status: 422,
      body: { faults: [{ where: 'reason', what: expect.stringContaining('expected a text of 1 to 500') }] },
    });
  });
});

describe('an event with an id that is none', () => {
  const nested = (depth: number): string => `${'{"id":'.repeat(depth)}1${'}'.repeat(depth)}`;
  it.each([
    ['an object', JSON.stringify({ ...spend('x'), id: { toString: 1 } })],
    [
      'an object without a prototype of ours',
      '{"id":{"__proto__":null,"valueOf":1},"account":{"toString":1}}',
    ],
    ['a list', JSON.stringify({ ...spend('x'), id: ['x'], account: [[]] })],
    ['nested 5,000 deep', nested(5_000)],
    ['nested 50,000 deep, in a list', `[${nested(50_000)}]`],
    ['a type nested 5,000 deep', `{"id":"x","type":${nested(5_000)}}`],
  ])('is answered with its faults: %s', async (_name, body) => {
    const { status, body: answer } = await post(body);
    expect(status).toBe(422);
    const told = JSON.stringify(answer);
    expect(told).toContain('"outcome":"invalid"');
    expect(told.length).toBeLessThan(2_000);
  });
});

test('an error that is no outage is told as what it is: a fault of ours, and no server that is away', async () => {
  const readDb = {
    get: () => {
      throw new Error('a bug');
    },
  };
  const broken = await startConsole(Object.create(installation.app, { readDb }) as App);
  const client = await Client.signedIn(installation, broken.url, 'viewer');
  const response = await client.ask('/', { headers: { Accept: 'application/json' } });
  await broken.stop();
  expect({ status: response.status, body: await response.json() }).toEqual({
    status: 500,
    body: { error: expect.stringContaining('the log says why') },
  });
});

test.each([94, 95, 100])('a token whose name has %i characters corrects a balance', async (length) => {
  const name = `t${'é'.repeat(length - 1)}`;
  const { secret } = await addToken(installation.app, {
    name,
    role: 'operator',
    actor: 'test',
    reason: null,
  });
  await post({ ...opening, id: `e40-${length}`, account: `named-${length}` });
  const given = { id: `e41-${length}`, account: `named-${length}`, at: '2021-02-05T09:00:00Z' };
  const correction = { ...given, type: 'balance.adjusted', amount: 1, reason: 'r' };
  expect(await post(correction, secret)).toMatchObject({ status: 200, body: { outcome: 'applied' } });
  const [rows] = (await installation.db.raw(
    `SELECT actor FROM audit_log WHERE target = 'account:named-${length}'`,
  )) as [{ actor: string }[]];
  expect(rows).toEqual([{ actor: `token ${name}` }]);
});

test('whoever guesses tokens is answered 429 after a while; who has signed in before goes on', async () => {
  const own = await startConsole(installation.app);
  const signIn = async (secret: string): Promise<number> => {
    const headers = { Authorization: `Bearer ${secret}` };
    return (await fetch(`${own.url}v1/events`, { method: 'POST', headers, body: '[]' })).status;
  };
  const fresh = (await tokenOf('ingest')).secret;
  expect(await signIn(ingest)).toBe(400);
  const guesses: number[] = [];
  for (let guess = 0; guess < 22; guess += 1) guesses.push(await signIn(`cnx_${guess}`));
  expect(guesses).toEqual([...Array(20).fill(401), 429, 429]);
  expect([await signIn(ingest), await signIn(fresh)]).toEqual([400, 429]);
  const text = await (await fetch(`${own.url}metrics`)).text();
  expect(text).toMatch(/^connects_refused_sign_ins_total\{reason="limited"\} 3$/m);
  await own.stop();
});

test('an address is let in again when its minute has passed, and each is judged by itself', () => {
  const clock = new ManualClock();
  const signIns = new RefusedSignIns(clock);
  for (let guess = 0; guess < 20; guess += 1) signIns.refused('10.0.0.1', 'x');
  expect([signIns.mayTry('10.0.0.1', 'y'), signIns.mayTry('10.0.0.2', 'y')]).toEqual([false, true]);
  clock.pass(60_000);
  expect(signIns.mayTry('10.0.0.1', 'y')).toBe(true);
});

test('a token may be limited to types of events and in time, and its last use is known', async () => {
  const by = { actor: 'test', reason: null };
  const limited = await addToken(installation.app, {
    name: 'limited',
    role: 'ingest',
    types: EVENT_TYPES.filter((type) => type !== 'connects.spent'),
    expiresInMs: 3_600_000,
    ...by,
  });
  await post({ ...opening, id: 'e60', account: 'typed' }, limited.secret);
  const answer = await post(spend('e61', 'typed'), limited.secret);
  expect(answer).toMatchObject({ status: 422, body: { faults: [{ where: 'type' }] } });
  const listed = await runHere(['tokens', 'list', '--json'], { app: installation.app });
  const own = (
    JSON.parse(listed.stdout) as { id: number; lastUsedAt: string | null; expiresAt: string }[]
  ).find((one) => one.id === limited.id);
  expect(Date.now() - Date.parse(own?.lastUsedAt ?? '')).toBeLessThan(60_000);
  expect(Date.parse(own?.expiresAt ?? '')).toBeGreaterThan(Date.now());
  await installation.db.raw("UPDATE token_limits SET expires_at = '2021-01-01' WHERE token_id = ?", [
    limited.id,
  ]);
  expect((await post(opening, limited.secret)).status).toBe(401);
});

test('events of an account that somebody keeps locked are answered 503, and hold up nobody else’s', async () => {
  for (const account of ['kept', 'free']) await post({ ...opening, id: `o-${account}`, account });
  const holder = await holdRows(installation, "SELECT id FROM accounts WHERE id = 'kept' FOR UPDATE");
  const ended: string[] = [];
  // More than there are connections.
  const kept = Array.from({ length: 12 }, async (_, index) => {
    const answer = await post([spend(`k${index}`, 'kept', 1), spend(`kf${index}`, 'free', 1)]);
    ended.push('kept');
    return answer;
  });
  const free = await post(spend('f1', 'free', 1));
  ended.push('free');
  const answers = await Promise.all(kept);
  await holder.release();
  expect(free.status).toBe(200);
  expect(ended[0]).toBe('free');
  for (const { status, body } of answers) {
    expect(status).toBe(503);
    const { results } = body as { results: unknown[] };
    expect(results).toMatchObject([{ outcome: 'busy', code: 'account-locked' }, { outcome: 'applied' }]);
  }
  expect(await post(spend('k0', 'kept', 1))).toMatchObject({ status: 200, body: { outcome: 'applied' } });
  expect(await post(spend('kf0', 'free', 1))).toMatchObject({ status: 200, body: { outcome: 'duplicate' } });
});
