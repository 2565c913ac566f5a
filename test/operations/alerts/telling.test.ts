/** Somebody is told: once when it begins, once a day while it lasts, once when it is over; whoever dies on the way. */
import { composeApp } from '../../../src/app.ts';
import { parseConfig } from '../../../src/config.ts';
import { execute } from '../../../src/db/query.ts';
import { silentLog } from '../../../src/log.ts';
import { tellAlerts } from '../../../src/operations/alerts/tell-alerts.ts';
import { insertHold } from '../../../src/outbox/hold.ts';
import { examine } from '../../../src/operations/upkeep/doctor/examine.ts';
import { prune } from '../../../src/operations/upkeep/prune.ts';
import { importBroken } from '../../support/accounts.ts';
import { settleAsOf } from '../../support/facts.ts';
import { type HookServer, SECRET, answering, openHook } from '../../support/hook-server.ts';
import { runHere } from '../../support/in-process.ts';
import { type PostOffice, type PostOfficeRules, openPostOffice } from '../../support/post-office.ts';
import { reset } from '../../support/reset.ts';
import { countOf } from '../../support/state.ts';
import { type StoryTime, installAt } from '../../support/story-time.ts';

let hook: HookServer;
let office: PostOffice;
let story: StoryTime;
let refuse: NonNullable<PostOfficeRules['refuseRecipient']>;

beforeAll(async () => {
  hook = await openHook();
  office = await openPostOffice({ refuseRecipient: (address) => refuse(address) });
  story = await installAt('2021-03-01', {
    env: {
      CONNECTS_ALERT_URL: hook.url,
      CONNECTS_ALERT_MAIL: 'ops@example.org,oncall@example.org',
      SMTP_URL: office.url,
      CONNECTS_SETTLE_ATTEMPTS: '1',
    },
  });
});
beforeEach(async () => {
  refuse = () => undefined;
  hook.answer = answering(200, 'ok');
  await reset(story.installation);
  hook.taken.length = 0;
  hook.asked.length = 0;
  (office.letters as unknown[]).length = 0;
});
afterAll(async () => {
  await story.installation.remove();
  await Promise.all([hook.stop(), office.stop()]);
});

const app = () => story.installation.app;
const db = () => story.installation.db;
const tell = (): Promise<void> => tellAlerts(app().alertDeps);
/** `begins put-aside`, in the order in which the webhook took them. */
const told = (): string[] => hook.taken.map(({ step, alert }) => `${String(step)} ${String(alert)}`);
const subjects = (to: string): string[] =>
  office.letters.filter((one) => one.to.includes(to)).map((one) => one.subject);

/** From 1 March on the account `broken` is put aside. */
async function putAside(): Promise<void> {
  story.becomes('2021-03-01 10:00');
  await importBroken(app(), 'broken');
  await settleAsOf(app(), ['broken'], '2021-03-01');
}

const mend = async (): Promise<void> => {
  await execute(db(), "UPDATE failures SET state = 'cleared', cleared_at = UTC_TIMESTAMP(3)");
  await execute(db(), 'UPDATE accounts SET next_cycle_at = NULL, next_cycle_on = NULL');
};

describe('an alert', () => {
  it('is told by every channel when it begins, once a day while it lasts, and when it is over', async () => {
    await putAside();
    story.becomes('2021-03-01 10:59');
    await tell();
    expect(told()).toEqual([]);
    for (const at of ['11:01', '11:02', '23:00']) {
      story.becomes(`2021-03-01 ${at}`);
      await tell();
    }
    expect(told()).toEqual(['begins put-aside']);
    expect(hook.taken[0]).toMatchObject({
      since: '2021-03-01T10:00:00.000Z',
      at: '2021-03-01T11:01:00.000Z',
      count: 1,
      found: '1 account is put aside, the first for 61 min: unknown-zone 1.',
      first: 'connects failures list --group-by error',
      runbook: 'ConnectsPutAsideTooLong',
    });
    for (const at of ['02 11:00', '02 11:01', '02 20:00', '03 11:02']) {
      story.becomes(`2021-03-${at}`);
      await tell();
    }
    expect(told()).toEqual(['begins put-aside', 'lasts put-aside', 'lasts put-aside']);
    await mend();
    for (const at of ['12:00', '12:01']) {
      story.becomes(`2021-03-03 ${at}`);
      await tell();
    }
    expect(told().slice(3)).toEqual(['over put-aside']);
    expect(hook.taken[3]).toMatchObject({
      since: '2021-03-01T10:00:00.000Z',
      title: 'Over: accounts are put aside',
    });
    for (const to of ['ops@example.org', 'oncall@example.org'])
      expect(subjects(to)).toEqual(
        ['Alert', 'Still', 'Still', 'Over'].map((one) => `[connects] ${one}: accounts are put aside`),
      );
    expect(new Set(office.letters.map((one) => one.messageId)).size).toBe(8);
  });

  it('that comes again is told again', async () => {
    await putAside();
    story.becomes('2021-03-01 12:00');
    await tell();
    await mend();
    story.becomes('2021-03-01 12:01');
    await tell();
    await execute(db(), "UPDATE failures SET state = 'put-aside'");
    story.becomes('2021-03-01 12:02');
    await tell();
    expect(told()).toEqual(['begins put-aside', 'over put-aside', 'begins put-aside']);
  });

  it('is told once by two workers that look at the same time', async () => {
    await putAside();
    story.becomes('2021-03-01 12:00');
    await Promise.all(Array.from({ length: 6 }, tell));
    await tell();
    expect(told()).toEqual(['begins put-aside']);
    expect(office.letters).toHaveLength(2);
  });

  it('is told again by the next process where one died after the commit and before the POST', async () => {
    await putAside();
    story.becomes('2021-03-01 12:00');
    // As whoever is killed there leaves it: staged and taken, its lease not over.
    const dying = new Error('killed');
    const channels = app().alertDeps.channels.map((one) => ({ ...one, tell: () => Promise.reject(dying) }));
    await expect(tellAlerts({ ...app().alertDeps, channels })).rejects.toBe(dying);
    await tell();
    expect(told()).toEqual([]);
    story.becomes('2021-03-01 12:01');
    await tell();
    expect(told()).toEqual(['begins put-aside']);
    expect(office.letters).toHaveLength(2);
  });

  it('is tried again, ever more rarely, and holds up no other channel; doctor names who takes none', async () => {
    await putAside();
    hook.answer = answering(410, `no more: ${SECRET}`);
    story.becomes('2021-03-01 12:00');
    for (let minutes = 0; minutes < 60; minutes += 1) {
      story.becomes(Date.parse('2021-03-01T12:00:00Z') + minutes * 60_000);
      await tell();
    }
    expect(hook.asked.length).toBeGreaterThan(3);
    expect(hook.asked.length).toBeLessThan(10);
    expect(office.letters).toHaveLength(2);
    const [finding] = (await examine(app())).filter((one) => one.check === 'alerts');
    expect(finding).toMatchObject({
      state: 'warning',
      found: expect.stringMatching(
        /^http:\/\/127\.0\.0\.1:\d+ \(json\) takes none: 1 alert waits, the oldest for 59 min: 410 Gone: no more: …$/,
      ) as string,
    });
    // What is over meanwhile is told after it, in order.
    await mend();
    story.becomes('2021-03-01 14:00');
    await tell();
    hook.answer = answering(200);
    story.becomes('2021-03-01 15:00');
    await tell();
    expect(told()).toEqual(['begins put-aside', 'over put-aside']);
  });

  it('that nobody took for two days is given up, and later ones are told', async () => {
    await putAside();
    hook.answer = answering(500);
    story.becomes('2021-03-01 12:00');
    await tell();
    story.becomes('2021-03-03 12:01');
    hook.answer = answering(200);
    await tell();
    expect(told()).toEqual(['lasts put-aside']);
    expect(await countOf(db(), "SELECT COUNT(*) FROM alert_messages WHERE state = 'given-up'")).toBe(1);
  });

  it('goes to the other addresses where the mail server refuses one', async () => {
    await putAside();
    refuse = (address) => (address.startsWith('ops') ? { code: 550, words: '5.1.1 nobody here' } : undefined);
    story.becomes('2021-03-01 12:00');
    await tell();
    expect(subjects('oncall@example.org')).toHaveLength(1);
    refuse = () => undefined;
    story.becomes('2021-03-01 12:05');
    await tell();
    expect(subjects('ops@example.org')).toHaveLength(1);
    expect(subjects('oncall@example.org')).toHaveLength(1);
  });

  it('is told by mail also while all mail to members is held', async () => {
    await putAside();
    story.becomes('2021-03-01 12:00');
    const heldAt = Date.parse('2021-03-01T12:00:00Z');
    await insertHold(db(), { heldAt, actor: 'anna', reason: 'wrong template' });
    await tell();
    expect(subjects('ops@example.org')).toEqual(['[connects] Alert: accounts are put aside']);
    story.becomes('2021-03-01 13:01');
    await tell();
    expect(subjects('ops@example.org')[1]).toBe('[connects] Alert: all mail is held');
  });

  it('is not staged by a process that has nobody to tell', async () => {
    await putAside();
    story.becomes('2021-03-01 12:00');
    await tellAlerts({ ...app().alertDeps, channels: [] });
    expect(await countOf(db(), 'SELECT COUNT(*) FROM alerts')).toBe(0);
  });

  it('is forgotten after a month, with the word of who had it pruned', async () => {
    await putAside();
    story.becomes('2021-03-01 12:00');
    await tell();
    await mend();
    story.becomes('2021-03-01 13:00');
    await tell();
    story.becomes('2021-04-01 13:01');
    const request = { actor: 'anna', reason: 'monthly' };
    expect(await prune(db(), { ...request, dryRun: true })).toMatchObject({ alerts: 6 });
    expect(await prune(db(), { ...request, dryRun: false })).toMatchObject({ alerts: 6 });
    const left = await Promise.all(
      ['alerts', 'alert_messages'].map((table) => countOf(db(), `SELECT COUNT(*) FROM ${table}`)),
    );
    expect(left).toEqual([0, 0]);
    expect(await countOf(db(), "SELECT COUNT(*) FROM audit_log WHERE target = 'alerts'")).toBe(1);
  });
});

describe('connects alerts', () => {
  const connects = (...args: string[]) => runHere(['alerts', ...args], { app: app() });

  it('list and messages show what is the matter, who was told and what came back, without any secret', async () => {
    await putAside();
    story.becomes('2021-03-01 12:00');
    hook.answer = answering(500, 'no');
    await tell();
    const list = await connects('list');
    expect(list.code).toBe(0);
    expect(list.stdout).toMatch(/^put-aside +2021-03-01T10:00:00.000Z .* 1 account is put aside, /m);
    expect(list.stderr).toMatch(
      /^told: http:\/\/127\.0\.0\.1:\d+ \(json\), ops@example\.org, oncall@example\.org\n1 message waits for webhook: 500 Internal Server Error: no\n$/,
    );
    expect(JSON.parse((await connects('list', '--json')).stdout)).toMatchObject([
      { alert: 'put-aside', count: 1, runbook: 'ConnectsPutAsideTooLong', told: [{}, {}, {}] },
    ]);
    const messages = await connects('messages');
    expect(messages.stdout).toMatch(/^webhook +Alert: accounts are put aside +pending .* no$/m);
    expect(messages.stdout).toMatch(/^mail:ops@example\.org +Alert: accounts are put aside +sent /m);
    expect(JSON.parse((await connects('messages', '--limit', '2', '--json')).stdout)).toHaveLength(2);
    for (const { stdout, stderr } of [list, messages]) expect(stdout + stderr).not.toContain(SECRET);
  });

  it('test sends by every channel and says what came back: 0, 75 where it may pass, 78 where it must be mended', async () => {
    expect(await connects('test')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^told +http:.*: 200 OK: ok\ntold +ops@.*: the mail server took it\n/,
      ) as string,
    });
    expect(hook.taken).toMatchObject([{ alert: 'test', step: 'test' }]);
    expect(subjects('ops@example.org')).toEqual(['[connects] Test: somebody would be told here']);
    hook.answer = answering(503);
    expect(await connects('test')).toMatchObject({
      code: 75,
      stdout: expect.stringMatching(/^NOT TOLD +http:.*: 503 /) as string,
    });
    hook.answer = answering(410);
    const gone = await connects('test', '--json');
    expect(gone.code).toBe(78);
    expect(JSON.parse(gone.stdout)).toMatchObject([
      { outcome: 'not-told', kind: 'configuration', words: '410 Gone' },
      { outcome: 'told' },
      { outcome: 'told' },
    ]);
    // Nothing of it is tried again.
    expect(await countOf(db(), 'SELECT COUNT(*) FROM alert_messages')).toBe(0);
  });

  it('says that nobody is told where no channel is set: test ends with 78, and doctor takes it for meant', async () => {
    const env = { ...story.installation.env, CONNECTS_ALERT_URL: '', CONNECTS_ALERT_MAIL: '' };
    const alone = composeApp(parseConfig(env), app().clock, silentLog);
    try {
      const { code, stderr } = await runHere(['alerts', 'test'], { app: alone });
      expect({ code, stderr }).toMatchObject({
        code: 78,
        stderr: expect.stringMatching(/nobody is told/) as string,
      });
      expect((await runHere(['alerts', 'list'], { app: alone })).stderr).toMatch(/^nobody is told/);
      const [finding] = (await examine(alone)).filter((one) => one.check === 'alerts');
      expect(finding).toMatchObject({
        state: 'ok',
        found: expect.stringMatching(/^nobody is told by us/) as string,
      });
    } finally {
      await alone.close();
    }
  });
});
