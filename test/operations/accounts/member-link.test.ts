/** Links to members' pages: good for one account, until one instant, with one secret. */
import { selectRows } from '../../../src/db/query.ts';
import {
  LINK_LASTS_MAX_MS,
  LINK_LASTS_MS,
  linkMember,
  openMemberLink,
  readMemberLink,
  revokeLinks,
} from '../../../src/operations/accounts/member-link.ts';
import { memberTokenOf } from '../../../src/member-token.ts';
import { importThree } from '../../support/accounts.ts';
import { runHere } from '../../support/in-process.ts';
import { type StoryTime, installAt } from '../../support/story-time.ts';

const SECRET = 'a secret of members, of 32 characters';
const OTHER = 'another secret, also of 32 characters';
const BY = { actor: 'ann', reason: 'asked for their history' };
const NOW = Date.parse('2021-03-01T10:00:00Z');

let story: StoryTime;
beforeAll(async () => {
  const env = { CONNECTS_MEMBER_SECRET: SECRET, CONNECTS_MEMBER_URL: 'https://connects.example.test/' };
  story = await installAt('2021-03-01 10:00', { env });
  await importThree(story.installation.app);
});
afterAll(() => story.installation.remove());

const linkTo = (account: string, lastsMs?: number) =>
  linkMember({ db: story.installation.db, secret: SECRET }, { account, lastsMs, ...BY });
const link = (...args: readonly string[]) =>
  runHere(['account', 'link', ...args], { app: story.installation.app });

const CHARACTERS = 'ABCXYZabcxyz0189-_.= %/+~\u0000é';

it('leads to its account until the instant at which it ends, to the millisecond', async () => {
  const { link: id, token, expiresAt } = await linkTo('a1');
  expect(expiresAt).toBe(NOW + LINK_LASTS_MS);
  expect(readMemberLink(SECRET, token, NOW)).toEqual({
    link: 'good',
    account: 'a1',
    expiresAt,
    revocations: 0,
    id,
  });
  expect(readMemberLink(SECRET, token, expiresAt - 1)).toMatchObject({ link: 'good', account: 'a1' });
  expect(readMemberLink(SECRET, token, expiresAt)).toEqual({ link: 'expired', expiresAt });
  expect(readMemberLink(SECRET, token, expiresAt + LINK_LASTS_MAX_MS)).toEqual({
    link: 'expired',
    expiresAt,
  });
});

it('is unknown when any character of it is another one, is missing, or is there twice', async () => {
  const { token } = await linkTo('a1');
  const altered = token.split('').flatMap((was, index) => [
    token.slice(0, index) + token.slice(index + 1),
    token.slice(0, index) + was + token.slice(index),
    ...CHARACTERS.split('')
      .filter((one) => one !== was)
      .map((one) => token.slice(0, index) + one + token.slice(index + 1)),
  ]);
  const others = altered.filter((one) => one !== token);
  expect(others.length).toBeGreaterThan(token.length * 20);
  const taken = others.filter((one) => readMemberLink(SECRET, one, NOW).link !== 'unknown');
  expect(taken).toEqual([]);
});

it('is unknown in every made-up form', async () => {
  const { token } = await linkTo('a1');
  const [body, code] = token.split('.') as [string, string];
  const forged = Buffer.from(`${NOW + LINK_LASTS_MS} a2`).toString('base64url');
  const texts = ['', '.', `${token}.`, `.${token}`, body, code, `${body}.`, `.${code}`, `${forged}.${code}`];
  expect(texts.filter((one) => readMemberLink(SECRET, one, NOW).link !== 'unknown')).toEqual([]);
});

it('leads to no other account than its own, and ends with its secret', async () => {
  const [one, other] = [await linkTo('a1'), await linkTo('a2')];
  expect(one.token).not.toBe(other.token);
  const [body = ''] = other.token.split('.');
  const [, code = ''] = one.token.split('.');
  expect(readMemberLink(SECRET, `${body}.${code}`, NOW)).toEqual({ link: 'unknown' });
  expect(readMemberLink(OTHER, one.token, NOW)).toEqual({ link: 'unknown' });
});

it('is made by a command, which asks for a reason and leaves who, why and until when, but not the link', async () => {
  expect(await link('a1')).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('needs --reason') as unknown,
  });
  const made = await link('a1', '--expires', '2d', '--reason', 'ticket 4711', '--actor', 'ben');
  expect(made.code).toBe(0);
  const address = made.stdout.trim();
  expect(address).toMatch(/^https:\/\/connects\.example\.test\/m\/[\w-]+\.[\w-]+$/);
  const expiresAt = NOW + 2 * 86_400_000;
  const token = address.split('/m/')[1] as string;
  const read = readMemberLink(SECRET, token, NOW);
  const id = read.link === 'good' ? read.id : undefined;
  expect(read).toEqual({ link: 'good', account: 'a1', expiresAt, revocations: 0, id });
  const [row] = await selectRows<Record<string, unknown>>(
    story.installation.db,
    'SELECT actor, action, target, reason, before_is, after_is FROM audit_log ORDER BY id DESC LIMIT 1',
  );
  expect(row).toEqual({
    actor: 'ben',
    action: 'account.link',
    target: 'account:a1',
    reason: 'ticket 4711',
    before_is: null,
    after_is: JSON.stringify({ link: id, expiresAt: new Date(expiresAt).toISOString() }),
  });
});

it('is made for an account that there is, for at most 90 days, and not by a dry run', async () => {
  const reason = ['--reason', 'asked for'];
  expect((await link('nobody', ...reason)).code).toBe(6);
  expect((await link('a1', '--expires', '91d', ...reason)).stderr).toContain('from 1s to 90d');
  expect((await link('a1', '--expires', '0s', ...reason)).code).toBe(2);
  const before = await count();
  const dry = await link('a1', '--dry-run', '--json', ...reason);
  expect(JSON.parse(dry.stdout)).toEqual({
    account: 'a1',
    link: null,
    address: null,
    expiresAt: expect.stringMatching(/Z$/) as unknown,
    dryRun: true,
  });
  expect(await count()).toBe(before);
  expect((await link('a1', '--expires', '90d', ...reason)).code).toBe(0);
  expect(await count()).toBe(before + 1);
});

it('ends with all others of its account when they are taken back; one that is made later, and those of others, stay', async () => {
  const { db } = story.installation;
  const opened = async (token: string) => (await openMemberLink({ db, secret: SECRET }, token)).link;
  const [first, second, others] = [await linkTo('a1'), await linkTo('a1', 5_000), await linkTo('a2')];
  expect((await link('a1', '--revoke')).code).toBe(4);
  expect((await link('a1', '--revoke', '--expires', '2d', '--reason', 'x')).code).toBe(2);
  expect((await link('nobody', '--revoke', '--reason', 'x')).code).toBe(6);
  const dry = await link('a1', '--revoke', '--dry-run', '--json', '--reason', 'sent to a stranger');
  expect(JSON.parse(dry.stdout)).toEqual({ account: 'a1', revoked: true, dryRun: true });
  expect(await Promise.all([first, second].map(({ token }) => opened(token)))).toEqual(['good', 'good']);
  for (const times of [1, 2]) {
    expect((await link('a1', '--revoke', '--reason', 'sent to a stranger', '--actor', 'ben')).code).toBe(0);
    const [row] = await selectRows<Record<string, unknown>>(
      db,
      'SELECT actor, action, target, reason, before_is, after_is FROM audit_log ORDER BY id DESC LIMIT 1',
    );
    expect(row).toEqual({
      actor: 'ben',
      action: 'account.unlink',
      target: 'account:a1',
      reason: 'sent to a stranger',
      before_is: JSON.stringify({ revocations: times - 1 }),
      after_is: JSON.stringify({ revocations: times }),
    });
    const later = await linkTo('a1');
    const all = [first, second, others, later].map(({ token }) => opened(token));
    expect(await Promise.all(all)).toEqual(['revoked', 'revoked', 'good', 'good']);
  }
});

it('is ended alone by its number, once; a letter has none, and the list has those that are good', async () => {
  const { db } = story.installation;
  const opened = async (token: string) => (await openMemberLink({ db, secret: SECRET }, token)).link;
  const links = async (account: string) =>
    JSON.parse(
      (await runHere(['account', 'links', account, '--json'], { app: story.installation.app })).stdout,
    ) as { link: number; openedAt: string | null }[];
  const [first, second] = [await linkTo('ag'), await linkTo('ag')];
  const letters = memberTokenOf(SECRET, {
    account: 'ag',
    expiresAt: NOW + LINK_LASTS_MS,
    revocations: 0,
  });
  expect((await links('ag')).map((one) => [one.link, one.openedAt])).toEqual([
    [second.link, null],
    [first.link, null],
  ]);
  const reason = ['--reason', 'sent to a stranger', '--actor', 'ben'];
  expect((await link('ag', '--end', String(first.link))).code).toBe(4);
  expect((await link('ag', '--end', String(first.link), '--revoke', ...reason)).code).toBe(2);
  expect((await link('a2', '--end', String(first.link), ...reason)).code).toBe(6);
  expect((await link('ag', '--end', String(first.link), ...reason)).code).toBe(0);
  expect(await Promise.all([first.token, second.token, letters].map(opened))).toEqual([
    'revoked',
    'good',
    'good',
  ]);
  const again = await link('ag', '--end', String(first.link), ...reason);
  expect([again.code, again.stderr]).toEqual([6, expect.stringContaining('unknown-link')]);
  expect(await links('ag')).toMatchObject([
    { link: second.link, madeBy: 'ann', reason: BY.reason, openedAt: new Date(NOW).toISOString() },
  ]);
  const [row] = await selectRows<Record<string, unknown>>(
    db,
    'SELECT actor, action, target, reason, before_is FROM audit_log ORDER BY id DESC LIMIT 1',
  );
  expect(row).toEqual({
    actor: 'ben',
    action: 'account.end-link',
    target: 'account:ag',
    reason: 'sent to a stranger',
    before_is: JSON.stringify({ link: first.link, expiresAt: new Date(first.expiresAt).toISOString() }),
  });
  await revokeLinks({ db }, { account: 'ag', ...BY });
  expect(await links('ag')).toEqual([]);
  expect(await Promise.all([second.token, letters].map(opened))).toEqual(['revoked', 'revoked']);
});

const count = async (): Promise<number> =>
  (await selectRows(story.installation.db, "SELECT id FROM audit_log WHERE action = 'account.link'", []))
    .length;
