/** Drill: a backup put back, by the runbook's commands: what was settled is settled again, and told once. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selectRows } from '../../src/db/query.ts';
import { type AccountRowGiven, importRows, numbered } from '../support/accounts.ts';
import { copyOf } from '../support/copying.ts';
import { Drill } from '../support/drill.ts';
import { daysAgo } from '../support/drilling.ts';
import { record, settleAsOf, spent } from '../support/facts.ts';
import { type Installation, install } from '../support/installation.ts';
import { type PostOffice, openPostOffice } from '../support/post-office.ts';
import { countOf } from '../support/state.ts';
import { sweepAndSend } from '../support/sweeping.ts';

const IDS = numbered('a', 6).map((one) => one.id);

describe('a backup put back', () => {
  let office: PostOffice;
  let lost: Installation;
  let restored: Installation | undefined;
  let folder: string;
  beforeAll(async () => {
    office = await openPostOffice();
    lost = await install({ env: { SMTP_URL: office.url } });
    folder = mkdtempSync(join(tmpdir(), 'connects-backup-'));
  });
  afterAll(async () => {
    await restored?.remove();
    await lost.remove();
    await office.stop();
    rmSync(folder, { recursive: true });
  });

  /** Settled for the first time before the backup, and for the second time after it. */
  const member = (id: string): AccountRowGiven => ({
    id,
    anchorOn: daysAgo(75),
    trackedFrom: `${daysAgo(60)}T00:00:00Z`,
    openingBalance: 20,
  });
  const now = (): number => Date.now() - 60_000;

  async function balances({ db }: Installation): Promise<unknown> {
    return selectRows(db, 'SELECT id, balance, next_cycle_on FROM accounts ORDER BY id');
  }

  it('holds mail first, settles again, tells whom nobody told, and gives no number and no id twice', async () => {
    await importRows(lost.app, [...IDS, 'late'].map(member));
    await settleAsOf(lost.app, [...IDS, 'late'], Date.parse(`${daysAgo(30)}T00:00:00Z`));
    await sweepAndSend(lost.app, { asOf: Date.parse(`${daysAgo(30)}T00:00:00Z`) });
    expect(office.letters).toHaveLength(7);
    restored = await copyOf(lost, { SMTP_URL: office.url });

    // What only the lost database knew: an event, six letters that went out, one that did not.
    const event = spent('after-backup', 'a-000', `${daysAgo(1)} 10:00`, 3);
    await sweepAndSend(lost.app, { asOf: now() });
    const told = office.letters.length - 7;
    expect(told).toBeGreaterThanOrEqual(6);
    await record(lost.app, [event], 'none');
    const before = await balances(lost);
    const highest = await countOf(lost.db, 'SELECT MAX(id) FROM outbox');
    const wentOut = new Map(office.letters.map((one) => [one.messageId, one.to.join()]));
    // The last letter of one member is taken for one that was still on its way when all was lost.
    const forgotten = office.letters.findLast((one) => one.to.includes('late@example.test'))?.messageId;
    wentOut.delete(forgotten);

    const drill = new Drill('a backup put back', restored.app);
    await drill.follow(3);
    await drill.query({ $ABOVE: highest + 1_000 });
    const events = join(folder, 'events.ndjson');
    writeFileSync(events, `${JSON.stringify({ ...event, at: new Date(event.at).toISOString() })}\n`);
    await drill.follow(3, { $EVENTS: events });
    expect(await balances(restored)).toEqual(before);
    expect(office.letters).toHaveLength(7 + told);

    const [waiting] = await drill.follow(1);
    const waits = (waiting?.stdout ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { notice: number; account: string; messageId: string });
    expect(waits.every((one) => one.notice > highest)).toBe(true);
    const known = waits.filter((one) => wentOut.get(one.messageId) === `${one.account}@example.test`);
    expect(waits.length - known.length).toBe(1);
    await drill.follow(4, { $NOTICE: known.map((one) => one.notice) });
    expect(drill.left).toBe(0);

    const again = office.letters.slice(7 + told);
    expect(again.map((one) => one.to)).toEqual([['late@example.test']]);
    // The same grant, the same letter; and no id names two.
    expect(again[0]?.messageId).toBe(forgotten);
    const texts = new Map<string | undefined, Set<string>>();
    for (const { messageId, text } of office.letters)
      texts.set(messageId, (texts.get(messageId) ?? new Set()).add(text));
    expect([...texts.values()].every((one) => one.size === 1)).toBe(true);
  });
});
