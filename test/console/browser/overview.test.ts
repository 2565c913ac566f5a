/** The first page that an operator opens, as a real browser shows it. */
import { type Console, startConsole } from '../../../src/console/server.ts';
import { THEMES, browserForTests } from '../../support/browser.ts';
import { type Installation, install } from '../../support/installation.ts';
import { Client } from '../../support/console-client.ts';
import { importThree } from '../../support/accounts.ts';

const browser = browserForTests();
let installation: Installation;
let console: Console;
let session: string | undefined;

beforeAll(async () => {
  installation = await install({ env: { CONNECTS_CONSOLE_PORT: '0' } });
  await importThree(installation.app);
  console = await startConsole(installation.app);
  ({ session } = await Client.signedIn(installation, console.url, 'viewer'));
});

afterAll(async () => {
  await console.stop();
  await installation.remove();
});

describe('the overview', () => {
  it.each(THEMES)('has no finding of axe and moves nothing under the reader, in %s', async (theme) => {
    const visitor = await browser.visitor(console.url, { theme });
    await visitor.open('');
    expect(await visitor.axe()).toEqual([]);
    expect(await visitor.layoutShifts()).toEqual([]);
  });

  it('is set in a font of its own stylesheet', async () => {
    const visitor = await browser.visitor(console.url);
    await visitor.open('');
    expect(await visitor.ask('getComputedStyle(document.body).fontFamily')).toMatch(/^"?Inter"?, system-ui/);
    expect(await visitor.fontsOf('h1')).toEqual(['Inter']);
  });

  it('is the same without script, and fits a phone', async () => {
    const visitor = await browser.visitor(console.url, { script: false, width: 360, session });
    await visitor.open('');
    expect(await visitor.page.locator('h1').count()).toBe(1);
    expect(await visitor.overflow()).toBe(0);
  });
});
