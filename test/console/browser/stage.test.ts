/** Every page of the console over an operator's morning, in a real browser, in both themes, on a phone and a laptop. */
import { THEMES, type Theme, type Visitor, browserForTests } from '../../support/browser.ts';
import { consolePages } from '../../support/console-pages.ts';
import { type ConsoleStage, setConsoleStage } from '../../support/console-stage.ts';
import { asking } from './journeys/asking.ts';
import { signingIn } from './journeys/signing-in.ts';
import { watching } from './journeys/watching.ts';
import { Morning } from './journeys/morning.ts';
import { countOf } from '../../support/state.ts';

const browser = browserForTests();
let stage: ConsoleStage;
const morning = new Morning(browser, () => stage);

beforeAll(async () => {
  stage = await setConsoleStage();
});

afterAll(() => stage.end());

/** What is wrong with each page: at a laptop's width, and at a phone's. */
async function faultsOf(laptop: Visitor, phone: Visitor): Promise<string[]> {
  const faults: string[] = [];
  for (const { name, path, status } of consolePages(stage)) {
    await Promise.all([laptop.open(path, status), phone.open(path, status)]);
    faults.push(...(await laptop.layoutShifts()).map((one) => `${name} moves: ${one}`));
    faults.push(...(await laptop.axe()).map((one) => `${name}: ${one}`));
    const over = await phone.overflow();
    if (over > 0) faults.push(`${name} is ${over} px wider than a phone: ${await phone.widest()}`);
  }
  return faults;
}

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

  it.each(THEMES)(
    'is told on pages without a finding of axe, that fit a phone and stay where they are: %s',
    async (theme: Theme) => {
      const laptop = await morning.as('operator', { theme });
      const phone = await morning.as('operator', { theme, width: 360 });
      expect(await faultsOf(laptop, phone)).toEqual([]);
    },
  );
});

asking(morning);
signingIn(morning);
watching(morning);
