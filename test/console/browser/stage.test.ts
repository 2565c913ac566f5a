/** Every page of the console over an operator's morning, in a real browser, in both themes, on a phone and a laptop. */
import { THEMES, type Theme, type Visitor, browserForTests } from '../../support/browser.ts';
import { consolePages } from '../../support/console-pages.ts';
import { type ConsoleStage, setConsoleStage } from '../../support/console-stage.ts';
import { Morning } from './journeys/morning.ts';
import { countOf } from '../../support/state.ts';

const browser = browserForTests();
let stage: ConsoleStage;
const morning = new Morning(browser, () => stage);

beforeAll(async () => {
  stage = await setConsoleStage();
});

afterAll(() => stage.end());

/** What axe finds on each page, and what moves there while it is drawn. */
async function faultsOf(laptop: Visitor): Promise<string[]> {
  const faults: string[] = [];
  for (const { name, path, status } of consolePages(stage)) {
    await laptop.open(path, status);
    faults.push(...(await laptop.layoutShifts()).map((one) => `${name} moves: ${one}`));
    faults.push(...(await laptop.axe()).map((one) => `${name}: ${one}`));
  }
  return faults;
}

/** Colours take no room, so one theme tells of both. */
async function widthsOf(phone: Visitor): Promise<string[]> {
  const faults: string[] = [];
  for (const { name, path, status } of consolePages(stage)) {
    await phone.open(path, status);
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
    'is told on pages without a finding of axe, that stay where they are: %s',
    async (theme: Theme) => expect(await faultsOf(await morning.as('operator', { theme }))).toEqual([]),
  );

  it('is told on pages that fit a phone', async () =>
    expect(await widthsOf(await morning.as('operator', { width: 360 }))).toEqual([]));
});
