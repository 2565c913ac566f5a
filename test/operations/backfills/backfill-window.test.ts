/** When a backfill may be worked on: in its window, and once a second person has approved it. */
import { formatInstant } from '../../../src/domain/calendar.ts';
import { selectRows } from '../../../src/db/query.ts';
import { findBackfill } from '../../../src/ledger/backfills.ts';
import {
  approveBackfill,
  cancelBackfill,
  pauseBackfill,
  resumeBackfill,
} from '../../../src/operations/backfills/backfill.ts';
import { workOnBackfill } from '../../../src/operations/backfills/work-backfills.ts';
import { goesOnFrom } from '../../../src/json/backfills.ts';
import { type AccountRowGiven, importRows, numbered } from '../../support/accounts.ts';
import { asking, emptyAll, started, work } from '../../support/backfilling.ts';
import { type StoryTime, installAt } from '../../support/story-time.ts';
import { countOf } from '../../support/state.ts';
import { until } from '../../support/sweeping.ts';

let story: StoryTime;

beforeAll(async () => {
  story = await installAt('2021-06-09 12:00');
});
afterEach(() => emptyAll(story.installation.db));
afterAll(() => story.installation.remove());

const NEVER = new AbortController().signal;
const SPRING = asking('2021-02-01', '2021-05-31');
/** Taken over when four cycles of the spring were past. */
const fleet = (count: number): AccountRowGiven[] =>
  numbered('a', count, { anchorOn: '2021-01-20', trackedFrom: '2021-06-01T00:00:00Z' });
const granted = (): Promise<number> => countOf(story.installation.db, 'SELECT COUNT(*) FROM entries');

describe('a backfill with a window', () => {
  const window = { opens: '22:00', closes: '05:00', zone: 'Europe/Berlin' };

  it('is worked on within it only, and goes on in the next night where it was', async () => {
    const { app, db } = story.installation;
    await importRows(app, fleet(40));
    const { id } = await started(app, SPRING, { window, rate: 20 });
    const goesOnAt = async (): Promise<string> => {
      const backfill = (await findBackfill(db, id)) as Parameters<typeof goesOnFrom>[0];
      const at = goesOnFrom(backfill, app.clock.wallNow());
      return at === null ? 'now' : formatInstant(at);
    };
    expect(await workOnBackfill(app.settleDeps, { worker: 'day', signal: NEVER })).toBeUndefined();
    // Berlin is two hours ahead.
    expect(await goesOnAt()).toBe('2021-06-09T20:00:00.000Z');
    story.becomes('2021-06-10T02:59:59.500Z');
    expect(await goesOnAt()).toBe('now');
    const working = work(app, id);
    await until('the first batch is granted', async () => (await granted()) === 80);
    story.becomes('2021-06-10T03:00:00Z');
    expect(await working).toMatchObject({ state: 'running', doneTo: 'a-019' });
    expect(await granted()).toBe(80);
    expect(await goesOnAt()).toBe('2021-06-10T20:00:00.000Z');
    story.becomes('2021-06-10T20:00:00Z');
    expect(await work(app, id)).toMatchObject({ state: 'completed' });
    expect(await granted()).toBe(160);
  });

  it('holds up no other backfill', async () => {
    const { app } = story.installation;
    story.becomes('2021-06-11T12:00:00Z');
    await importRows(app, fleet(2));
    await started(app, asking('2021-02-01', '2021-03-31'), { window });
    const other = await started(app, asking('2021-04-01', '2021-05-31'));
    expect(await workOnBackfill(app.settleDeps, { worker: 'day', signal: NEVER })).toMatchObject({
      id: other.id,
    });
    expect(await granted()).toBe(4);
  });
});

describe('a backfill of more Connects than one person may grant', () => {
  const by = (actor: string) => ({ actor, reason: 'seen' });

  it('grants nothing before somebody else has approved it', async () => {
    const { app, db } = story.installation;
    await importRows(app, fleet(2));
    // Two members, four cycles, ten Connects.
    const { id } = await started(app, SPRING, { approvalOver: 79, actor: 'ann' });
    expect(await work(app, id)).toMatchObject({ state: 'awaiting-approval' });
    expect(await granted()).toBe(0);
    for (const change of [pauseBackfill, resumeBackfill])
      await expect(change(app, { id, ...by('bob') })).rejects.toMatchObject({ code: 'approval-missing' });
    await expect(started(app, SPRING)).rejects.toMatchObject({ code: 'backfill-overlaps' });
    for (const same of ['ann', 'Ann'])
      await expect(approveBackfill(app, { id, ...by(same) })).rejects.toMatchObject({
        kind: 'refused',
        code: 'own-approval',
      });
    expect(await approveBackfill(app, { id, ...by('bob') })).toMatchObject({
      state: 'running',
      approvedBy: 'bob',
    });
    await expect(approveBackfill(app, { id, ...by('cyd') })).rejects.toMatchObject({
      code: 'approval-not-needed',
    });
    expect(await work(app, id)).toMatchObject({ state: 'completed' });
    expect(await granted()).toBe(8);
    const told = await selectRows(
      db,
      "SELECT actor, reason FROM audit_log WHERE action = 'backfill.approve'",
    );
    expect(told).toEqual([{ actor: 'bob', reason: 'seen' }]);
  });

  it('can be given up instead, and leaves the way free', async () => {
    const { app } = story.installation;
    await importRows(app, fleet(2));
    const { id } = await started(app, SPRING, { approvalOver: 1 });
    expect(await cancelBackfill(app, { id, ...by('ann') })).toMatchObject({ state: 'cancelled' });
    await expect(approveBackfill(app, { id, ...by('bob') })).rejects.toMatchObject({
      code: 'backfill-ended',
    });
    expect(await started(app, SPRING, { approvalOver: 80 })).toMatchObject({ state: 'running' });
    expect(await granted()).toBe(0);
  });
});
