/** The console over an operator's morning, in a real browser. */
import { type ConsoleStage, setConsoleStage } from '../../support/console-stage.ts';
import { browserForTests } from '../../support/browser.ts';
import { countOf } from '../../support/state.ts';

const browser = browserForTests();
let stage: ConsoleStage;

beforeAll(async () => {
  stage = await setConsoleStage();
});

afterAll(() => stage.end());

describe('an operator’s morning', () => {
  it('has accounts that failed with two errors, a run under way, and letters in every state', async () => {
    const { db } = stage.app;
    const count = (sql: string): Promise<number> => countOf(db, sql);
    expect(await count("SELECT COUNT(DISTINCT code) FROM failures WHERE state = 'put-aside'")).toBe(2);
    expect(await count("SELECT COUNT(*) FROM runs WHERE kind = 'sweep' AND state = 'running'")).toBe(1);
    expect(await count('SELECT COUNT(DISTINCT state) FROM outbox')).toBe(5);
    expect(await count("SELECT COUNT(*) FROM backfills WHERE state = 'paused'")).toBe(1);
    expect(
      await count('SELECT COUNT(*) FROM accounts WHERE next_cycle_at < UTC_TIMESTAMP()'),
    ).toBeGreaterThan(30);
  });

  it('is told on a page that fits a phone without script', async () => {
    const visitor = await browser.visitor(stage.url, { width: 360, script: false });
    await visitor.open('');
    expect(await visitor.overflow()).toBe(0);
  });
});
