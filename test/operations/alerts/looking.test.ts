/** What is told: each alert is on when it should be, not before, and over when it is. */
import type { AlertName } from '../../../src/domain/alerts.ts';
import { inTransaction } from '../../../src/db/connection.ts';
import { execute } from '../../../src/db/query.ts';
import { insertAuditResult } from '../../../src/ledger/audit-results.ts';
import { type Care, writeCare } from '../../../src/ledger/failure-care.ts';
import { insertRunStop } from '../../../src/ledger/run-stops.ts';
import { type RunKind, type RunState, closeRun, insertRun } from '../../../src/ledger/runs.ts';
import type { AlertDeps } from '../../../src/operations/alerts/deps.ts';
import { type Looked, lookForAlerts } from '../../../src/operations/alerts/look-for-alerts.ts';
import { holdLedger, releaseLedger } from '../../../src/operations/settling/hold-ledger.ts';
import { deleteHold, insertHold } from '../../../src/outbox/hold.ts';
import { insertOutage } from '../../../src/outbox/refusals.ts';
import { importRows } from '../../support/accounts.ts';
import { settleAsOf } from '../../support/facts.ts';
import { reset } from '../../support/reset.ts';
import { stageNotices } from '../../support/staged-notices.ts';
import { type StoryTime, installAt } from '../../support/story-time.ts';

let story: StoryTime;
const NOON = Date.parse('2021-03-01T12:00:00Z');
const MINUTE = 60_000;
const DAY = 1_440;

beforeAll(async () => {
  story = await installAt('2021-03-01 12:00', { env: { SMTP_URL: '' } });
});
beforeEach(async () => {
  story.becomes(NOON);
  await reset(story.installation);
});
afterAll(() => story.installation.remove());

const app = () => story.installation.app;
const db = () => story.installation.db;
/** How it is so many minutes after noon, to this process or to one that knows other things. */
async function at(minutes: number, name: AlertName, knowing: Partial<AlertDeps> = {}): Promise<Looked> {
  story.becomes(NOON + minutes * MINUTE);
  const { alerts } = await lookForAlerts({ ...app().alertDeps, ...knowing });
  return alerts.get(name) as Looked;
}
const stateAt = async (...asked: Parameters<typeof at>): Promise<string> => (await at(...asked)).state;

it('nothing is on where all is well', async () => {
  const { alerts } = await lookForAlerts(app().alertDeps);
  expect([...alerts.values()].map((one) => one.state)).toEqual(Array.from(alerts, () => 'off'));
});

it('lateness: from CONNECTS_DUE_ALARM on, until everybody is settled', async () => {
  await importRows(app(), [{ id: 'a1', anchorOn: '2021-02-02', trackedFrom: '2021-02-02T00:00:00Z' }]);
  const boundary = (Date.parse('2021-03-02T00:00:00Z') - NOON) / MINUTE;
  expect(await stateAt(boundary + 15, 'due-too-long')).toBe('off');
  expect(await at(boundary + 16, 'due-too-long')).toEqual({
    state: 'on',
    found: '1 account is due, the oldest for 16 min.',
    since: Date.parse('2021-03-02T00:00:00Z'),
    count: 1,
  });
  await settleAsOf(app(), ['a1'], '2021-03-02');
  expect(await stateAt(boundary + 17, 'due-too-long')).toBe('off');
});

it('accounts that are put aside: past CONNECTS_PUT_ASIDE_ALARM, while nobody has acknowledged them', async () => {
  const since = [new Date(NOON), new Date(NOON), new Date(NOON)];
  const columns = 'account_id, run_id, state, code, message, attempts, first_at, last_at, put_aside_at';
  for (const id of ['a1', 'a2'])
    await execute(
      db(),
      `INSERT INTO failures (${columns}) VALUES (?, 1, 'put-aside', 'unknown-zone', 'x', 3, ?, ?, ?)`,
      [id, ...since],
    );
  expect(await stateAt(60, 'put-aside')).toBe('off');
  expect(await at(61, 'put-aside')).toMatchObject({ state: 'on', count: 2 });
  const say = (id: string, care: Care): Promise<void> =>
    inTransaction(db(), (transaction) =>
      writeCare(transaction, [id], care, { at: NOON + MINUTE, actor: 'ann' }),
    );
  await say('a1', { kind: 'ack', reason: 'seen' });
  expect(await at(62, 'put-aside')).toMatchObject({ state: 'on', count: 1 });
  await say('a2', { kind: 'snooze', until: NOON + 90 * MINUTE, reason: 'later' });
  expect(await stateAt(89, 'put-aside')).toBe('off');
  expect(await at(91, 'put-aside')).toMatchObject({ state: 'on', count: 1, since: NOON });
});

/** A run that ends so now. */
async function ended(
  kind: RunKind,
  state: Extract<RunState, 'completed' | 'failed' | 'stopped'>,
): Promise<void> {
  const now = (await lookForAlerts(app().alertDeps)).now;
  const about = { kind, asOf: now, at: now, termsVersion: 1, notify: 'none', dueAtStart: 1 } as const;
  const runId = (await insertRun(db(), { ...about, actor: 'anna', reason: null, openKey: null })) as number;
  await closeRun(db(), runId, state, now);
  const why = { code: state === 'failed' ? 'unknown-zone' : 'stopped', reason: `it ${state}` };
  if (state !== 'completed') await insertRunStop(db(), { runId, at: now, actor: 'anna', ...why });
}

it.each([
  ['failed', 'run-failed', /^Run \d+ \(sweep\) stopped itself: it failed\.$/],
  ['stopped', 'run-stopped', /^Run \d+ \(sweep\) was stopped by anna: it stopped\.$/],
] as const)('a run that %s: until one of its kind has ended well', async (state, name, words) => {
  await ended('sweep', 'completed');
  await ended('sweep', state);
  expect(await at(1, name)).toMatchObject({
    state: 'on',
    found: expect.stringMatching(words) as string,
    since: NOON,
    count: 1,
  });
  await ended('sweep', state);
  await ended('backfill', 'completed');
  expect(await at(2, name)).toMatchObject({ state: 'on', since: NOON, count: 2 });
  await ended('sweep', 'completed');
  expect(await stateAt(3, name)).toBe('off');
});

it('a rerun that failed: until a sweep has ended well; a backfill for a week at most', async () => {
  await ended('rerun', 'failed');
  expect(await stateAt(1, 'run-failed')).toBe('on');
  await ended('sweep', 'completed');
  expect(await stateAt(2, 'run-failed')).toBe('off');
  await ended('backfill', 'failed');
  await ended('sweep', 'completed');
  expect(await stateAt(7 * DAY, 'run-failed')).toBe('on');
  expect(await stateAt(7 * DAY + 3, 'run-failed')).toBe('off');
});

it('drift: what the last audit found, until one finds nothing', async () => {
  const found = (findings: number) => insertAuditResult(db(), { at: NOON, actor: 'anna', findings });
  await found(3);
  expect(await at(1, 'audit-drift')).toMatchObject({ state: 'on', since: NOON, count: 3 });
  await found(0);
  expect(await stateAt(2, 'audit-drift')).toBe('off');
});

it('a hold of all mail: from CONNECTS_HOLD_ALARM on, until it is released', async () => {
  await stageNotices(story.installation, 2);
  await insertHold(db(), { heldAt: NOON, actor: 'anna', reason: 'wrong template' });
  expect(await stateAt(60, 'mail-held')).toBe('off');
  expect(await at(61, 'mail-held')).toEqual({
    state: 'on',
    found: expect.stringMatching(/^All mail is held .*anna.*wrong template.*\. 2 notices wait\.$/) as string,
    since: NOON,
    count: 2,
  });
  await deleteHold(db());
  expect(await stateAt(62, 'mail-held')).toBe('off');
});

it('a hold of the ledger: the same, and the lateness that it makes names it', async () => {
  await importRows(app(), [{ id: 'a1' }]);
  await holdLedger(app(), { actor: 'anna', reason: 'wrong terms', dryRun: false });
  expect(await stateAt(60, 'ledger-held')).toBe('off');
  expect(await at(61, 'ledger-held')).toEqual({
    state: 'on',
    found: expect.stringMatching(/^The ledger is held .*anna.*wrong terms.*\. 1 account is due\.$/) as string,
    since: NOON,
    count: 1,
  });
  expect(await at(61, 'due-too-long')).toMatchObject({
    found: expect.stringMatching(/^1 account is due, .*\. The ledger is held .*anna/) as string,
  });
  await releaseLedger(app(), { actor: 'anna', reason: null, dryRun: false });
  expect(await stateAt(62, 'ledger-held')).toBe('off');
});

describe('mail that does not leave', () => {
  it('because the server takes nothing: after 15 minutes, whoever asks', async () => {
    await insertOutage(db(), { since: NOON, alike: null, words: '550 5.7.1 Relaying denied' });
    expect(await stateAt(15, 'mail-outage')).toBe('unknown');
    expect(await at(16, 'mail-outage')).toMatchObject({
      state: 'on',
      found: expect.stringContaining('It says: 550 5.7.1 Relaying denied') as string,
      since: NOON,
    });
    await execute(db(), 'DELETE FROM mail_outage');
    expect(await stateAt(17, 'mail-outage')).toBe('off');
  });

  it('because it cannot be reached: told by whoever sends, and taken back by nobody while letters wait', async () => {
    await stageNotices(story.installation, 2);
    await execute(db(), 'UPDATE outbox SET staged_at = ?, next_attempt_at = ?', [
      new Date(NOON),
      new Date(NOON),
    ]);
    const trouble = { kind: 'unavailable', words: 'connect ECONNREFUSED', mend: undefined } as const;
    const sender = { outage: { trouble } };
    expect(await stateAt(10, 'mail-outage', sender)).toBe('unknown');
    expect(await at(16, 'mail-outage', sender)).toMatchObject({ state: 'on', since: NOON, count: 2 });
    expect(await stateAt(16, 'mail-outage')).toBe('unknown');
    await execute(db(), "UPDATE outbox SET state = 'sent'");
    expect(await stateAt(17, 'mail-outage')).toBe('off');
    expect(await stateAt(17, 'mail-outage', sender)).toBe('off');
  });

  it('because it is held is no outage, and ends none', async () => {
    await stageNotices(story.installation, 1);
    await insertHold(db(), { heldAt: NOON, actor: 'anna', reason: null });
    expect(await stateAt(60, 'mail-outage')).toBe('unknown');
  });
});
