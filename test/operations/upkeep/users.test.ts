/** People who sign in: made, reset and disabled by commands; links, passwords and sessions that end when they should. */
import { execute, selectRows } from '../../../src/db/query.ts';
import { PASSWORD_LENGTH_MIN } from '../../../src/operations/upkeep/passwords.ts';
import { hashOf } from '../../../src/operations/upkeep/secrets.ts';
import {
  SESSION_IDLE_MS,
  SESSION_MAX_MS,
  changePassword,
  findLink,
  findSignedIn,
  signIn,
  signOut,
  useLink,
} from '../../../src/operations/upkeep/sign-in.ts';
import { LINK_LIVES_MS } from '../../../src/operations/upkeep/users.ts';
import type { Ended } from '../../support/cli.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';

const PASSWORD = 'a rather long sentence';

let installation: Installation;
beforeAll(async () => {
  installation = await install({ env: { CONNECTS_CONSOLE_URL: 'https://c.example.org/' } });
});
afterAll(() => installation.remove());

const users = (...args: string[]): Promise<Ended> => runHere(['users', ...args], { app: installation.app });
const secretIn = (stdout: string): string =>
  /^https:\/\/c\.example\.org\/sign-in\/link\/([\w-]{43})\n$/.exec(stdout)?.[1] ?? stdout;
const made = async (name: string): Promise<string> =>
  secretIn((await users('add', name, '--role', 'viewer')).stdout);

async function signedUp(name: string): Promise<string> {
  const used = await useLink(installation.app, { secret: await made(name), password: PASSWORD });
  return used.outcome === 'signed-in' ? used.session : used.outcome;
}

const isSignedIn = async (session: string): Promise<boolean> =>
  (await findSignedIn(installation.app, session, { isUse: true })) !== undefined;

const auditOf = async (name: string) =>
  (
    await selectRows<{ actor: string; action: string; before_is: string | null; after_is: string | null }>(
      installation.db,
      'SELECT actor, action, before_is, after_is FROM audit_log WHERE target = ? ORDER BY id',
      [`user:${name}`],
    )
  ).map((row) => ({
    by: row.actor,
    action: row.action,
    before: JSON.parse(row.before_is ?? 'null') as unknown,
    after: JSON.parse(row.after_is ?? 'null') as unknown,
  }));

test('a user is made without a password, by a link that sets one, once', async () => {
  const { code, stdout, stderr } = await users('add', 'jane', '--role', 'operator');
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringContaining('by this link jane sets a password, once, until '),
  });
  const secret = secretIn(stdout);
  expect(await findLink(installation.app, secret)).toEqual({ name: 'jane', kind: 'password' });
  expect(await signIn(installation.app, { name: 'jane', password: '' })).toEqual({ outcome: 'refused' });
  const used = await useLink(installation.app, { secret, password: PASSWORD });
  expect(used).toMatchObject({ outcome: 'signed-in', user: { name: 'jane', role: 'operator' } });
  expect(await useLink(installation.app, { secret, password: PASSWORD })).toEqual({ outcome: 'gone' });
  const right = await signIn(installation.app, { name: 'jane', password: PASSWORD });
  expect(right).toMatchObject({ outcome: 'signed-in', user: { name: 'jane', role: 'operator' } });
  expect(await auditOf('jane')).toEqual([
    { by: 'tester', action: 'users.add', before: null, after: expect.objectContaining({ role: 'operator' }) },
    {
      by: 'jane',
      action: 'users.password',
      before: { password: false },
      after: { password: true, changed: true, sessionsEnded: 0 },
    },
    { by: 'jane', action: 'users.sign-in', before: null, after: { by: 'link' } },
    { by: 'jane', action: 'users.sign-in', before: null, after: { by: 'password' } },
  ]);
});

test('nothing that is kept lets anybody in: of a password, a link and a session there are hashes only', async () => {
  const session = await signedUp('kept');
  const link = secretIn((await users('link', 'kept')).stdout);
  const rows = JSON.stringify([
    await selectRows(installation.db, 'SELECT * FROM users'),
    await selectRows(installation.db, 'SELECT * FROM sessions'),
    await selectRows(installation.db, 'SELECT * FROM audit_log'),
  ]);
  for (const secret of [session, link, PASSWORD]) expect(rows).not.toContain(secret);
  expect(rows).toContain(hashOf(session));
  expect(rows).toMatch(/scrypt\$15\$8\$3\$[\w-]{22}\$[\w-]{43}"/);
});

test('two passwords that are alike have hashes that differ; what differs in one letter is refused', async () => {
  await signedUp('one');
  await signedUp('two');
  const hashes = await selectRows<{ hash: string }>(
    installation.db,
    "SELECT password_hash AS hash FROM users WHERE name IN ('one', 'two')",
  );
  expect(new Set(hashes.map((row) => row.hash)).size).toBe(2);
  expect(await signIn(installation.app, { name: 'one', password: `${PASSWORD}.` })).toEqual({
    outcome: 'refused',
  });
});

test.each([
  ['short', 'x'.repeat(PASSWORD_LENGTH_MIN - 1), /at least 12 characters/],
  ['of one letter', 'aaaaaaaaaaaaaaaaaaaa', /5 different characters/],
  ['the name', 'wording-wording', /more than your name/],
  ['endless', 'abcdefgh'.repeat(30), /at most 200/],
])('a password that is %s is not taken, and leaves the link good', async (what, password, fault) => {
  const name = 'wording';
  if (what === 'short') await made(name);
  const secret = secretIn((await users('reset', name)).stdout);
  expect(await useLink(installation.app, { secret, password })).toEqual({
    outcome: 'bad-password',
    fault: expect.stringMatching(fault) as string,
  });
  expect(await findLink(installation.app, secret)).toEqual({ name, kind: 'password' });
});

test('a reset takes the password and ends every session; so does disabling, and no link is made then', async () => {
  const first = await signedUp('reset');
  const { stdout } = await users('reset', 'reset', '--reason', 'lost it');
  expect(await isSignedIn(first)).toBe(false);
  expect(await signIn(installation.app, { name: 'reset', password: PASSWORD })).toEqual({
    outcome: 'refused',
  });
  const again = await useLink(installation.app, { secret: secretIn(stdout), password: PASSWORD });
  if (again.outcome !== 'signed-in') throw new Error(again.outcome);
  const link = secretIn((await users('link', 'reset')).stdout);
  expect(await users('disable', 'reset', '--reason', 'left')).toMatchObject({
    code: 0,
    stdout: 'reset is disabled; sessions ended: 1\n',
  });
  expect(await isSignedIn(again.session)).toBe(false);
  expect(await useLink(installation.app, { secret: link, password: undefined })).toEqual({ outcome: 'gone' });
  expect(await signIn(installation.app, { name: 'reset', password: PASSWORD })).toEqual({
    outcome: 'refused',
  });
  expect(await users('link', 'reset')).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('reset is disabled: "connects users enable reset" first'),
  });
  const enabled = secretIn((await users('enable', 'reset')).stdout);
  expect(await signIn(installation.app, { name: 'reset', password: PASSWORD })).toEqual({
    outcome: 'refused',
  });
  expect(await useLink(installation.app, { secret: enabled, password: PASSWORD })).toMatchObject({
    outcome: 'signed-in',
  });
  expect((await auditOf('reset')).map((row) => row.action)).toEqual([
    'users.add',
    'users.password',
    'users.sign-in',
    'users.reset',
    'users.password',
    'users.sign-in',
    'users.link',
    'users.disable',
    'users.enable',
    'users.password',
    'users.sign-in',
  ]);
});

test('a link replaces the one before, signs in without a password, and is good for a day', async () => {
  await made('linked');
  const before = secretIn((await users('link', 'linked')).stdout);
  const link = secretIn((await users('link', 'linked')).stdout);
  expect(await findLink(installation.app, before)).toBeUndefined();
  const made_ = await selectRows<{ at: Date }>(
    installation.db,
    "SELECT link_expires_at AS at FROM users WHERE name = 'linked'",
  );
  expect(Math.abs((made_[0]?.at.getTime() ?? 0) - Date.now() - LINK_LIVES_MS)).toBeLessThan(60_000);
  await execute(
    installation.db,
    "UPDATE users SET link_expires_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE name = 'linked'",
  );
  expect(await useLink(installation.app, { secret: link, password: undefined })).toEqual({ outcome: 'gone' });
  const good = secretIn((await users('link', 'linked')).stdout);
  const both = await Promise.all(
    [good, good].map((secret) => useLink(installation.app, { secret, password: undefined })),
  );
  expect(both.map((one) => one.outcome).toSorted()).toEqual(['gone', 'signed-in']);
});

test('a session ends when it was not used for long, when it is old, and by signing out', async () => {
  const session = await signedUp('idle');
  const shift = (ms: number) =>
    execute(
      installation.db,
      `UPDATE sessions SET created_at = created_at - INTERVAL ? SECOND, expires_at = expires_at - INTERVAL ? SECOND
        WHERE hash = ?`,
      [ms / 1_000, ms / 1_000, hashOf(session)],
    );
  const MARGIN = 120_000;
  await shift(SESSION_IDLE_MS - MARGIN);
  // What a page asks by itself makes nothing last longer; what a person does makes it last as long as at first.
  await findSignedIn(installation.app, session, { isUse: false });
  const left = async (): Promise<number> => {
    const [row] = await selectRows<{ at: Date }>(
      installation.db,
      'SELECT expires_at AS at FROM sessions WHERE hash = ?',
      [hashOf(session)],
    );
    return (row?.at.getTime() ?? 0) - Date.now();
  };
  expect(await left()).toBeLessThan(MARGIN + 60_000);
  expect(await isSignedIn(session)).toBe(true);
  expect(await left()).toBeGreaterThan(SESSION_IDLE_MS - 60_000);
  await shift(SESSION_IDLE_MS + 1_000);
  expect(await isSignedIn(session)).toBe(false);
  const other = await signIn(installation.app, { name: 'idle', password: PASSWORD });
  if (other.outcome !== 'signed-in') throw new Error(other.outcome);
  await execute(
    installation.db,
    'UPDATE sessions SET created_at = created_at - INTERVAL ? SECOND WHERE hash = ?',
    [SESSION_MAX_MS / 1_000 + 1, hashOf(other.session)],
  );
  expect(await isSignedIn(other.session)).toBe(false);
  const last = await signIn(installation.app, { name: 'idle', password: PASSWORD });
  if (last.outcome !== 'signed-in') throw new Error(last.outcome);
  await signOut(installation.app, last.session);
  expect(await isSignedIn(last.session)).toBe(false);
});

test('a changed password ends every other session, and asks for the present one', async () => {
  const session = await signedUp('changing');
  const ask = (present: string, next: string) =>
    changePassword(installation.app, { name: 'changing', present, next });
  expect(await ask('not the present one', 'another long sentence')).toEqual({ outcome: 'wrong' });
  expect(await ask(PASSWORD, 'short')).toMatchObject({ outcome: 'bad-password' });
  expect(await isSignedIn(session)).toBe(true);
  const changed = await ask(PASSWORD, 'another long sentence');
  if (changed.outcome !== 'signed-in') throw new Error(changed.outcome);
  expect([await isSignedIn(session), await isSignedIn(changed.session)]).toEqual([false, true]);
  expect(await signIn(installation.app, { name: 'changing', password: PASSWORD })).toEqual({
    outcome: 'refused',
  });
});

test('a name is given once, and in letters that cannot be mistaken for others', async () => {
  await made('taken');
  expect(await users('add', 'taken', '--role', 'operator')).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('there is a user taken already'),
  });
  for (const name of ['Jane', 'jane doe', '-jane', 'jäne', 'x'.repeat(65)])
    expect((await users('add', '--role', 'viewer', '--', name)).code).toBe(2);
  expect((await users('reset', 'nobody')).code).toBe(6);
  expect((await users('enable', 'taken')).code).toBe(5);
});

test('a dry run writes nothing; the list shows who is there, and nothing secret', async () => {
  const dry = await users('add', 'rehearsed', '--role', 'viewer', '--dry-run');
  expect(dry.stdout).toBe('a user rehearsed, role viewer (dry run: nothing was written)\n');
  const listed = JSON.parse((await users('list', '--json')).stdout) as Record<string, unknown>[];
  expect(listed.map((one) => one.name)).not.toContain('rehearsed');
  expect(listed.find((one) => one.name === 'jane')).toEqual({
    id: expect.any(Number),
    name: 'jane',
    role: 'operator',
    createdAt: expect.any(String),
    disabledAt: null,
    signedInAt: expect.any(String),
    linkExpiresAt: null,
    hasPassword: true,
  });
});
