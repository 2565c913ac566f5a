/**
 * Pictures of every page of the console, in four widths and two themes, for people to look at:
 *
 *   npm run shots [-- FOLDER] [--only NAME] [--readme] [--stay]
 *
 * They go to FOLDER, or to one of the system's; `--only` takes pages whose name contains it; `--readme` takes the README's
 * three, into docs/pictures; `--stay` serves the stage until Ctrl-C instead, and prints an address that signs in.
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { TestBrowser, THEMES, WIDTHS, type Visitor } from '../../test/support/browser.ts';
import { type ConsolePage, consolePages } from '../../test/support/console-pages.ts';
import { type ConsoleStage, setConsoleStage } from '../../test/support/console-stage.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '' },
    readme: { type: 'boolean', default: false },
    stay: { type: 'boolean', default: false },
  },
});
const folder = values.readme ? 'docs/pictures' : positionals[0];
if (folder !== undefined) process.env['CONNECTS_SHOTS'] = folder;

type Session = Awaited<ReturnType<Visitor['context']['storageState']>>;

/** A wide screen, beside the widths that tests look at. */
const DESK = 1_920;

/** As narrow as a laptop's page can be, so that each file stays below 200 KB. Of a long page the upper part says enough. */
const README = { width: 1_216, height: 900 };
const README_PICTURES = [
  { page: 'overview', theme: 'light', name: 'overview', isWhole: true },
  { page: 'overview', theme: 'dark', name: 'overview-dark', isWhole: true },
  { page: 'account', theme: 'light', name: 'account', isWhole: false },
] as const;

async function stay(stage: ConsoleStage): Promise<void> {
  const address = new URL(await stage.linkFor('operator'), stage.url);
  process.stdout.write(`${address.href}\nmembers such as ${stage.ids.member}; Ctrl-C ends it\n`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
}

async function signedIn(stage: ConsoleStage, browser: TestBrowser): Promise<Session> {
  const first = await browser.visitor(stage.url);
  await first
    .signIn(await stage.linkFor('operator'))
    .catch((error: unknown) => process.stderr.write(`! ${String(error)}\n`));
  return first.context.storageState();
}

async function takeForReadme(stage: ConsoleStage, browser: TestBrowser): Promise<void> {
  const storageState = await signedIn(stage, browser);
  for (const { page, theme, name, isWhole } of README_PICTURES) {
    const more = { storageState, viewport: README };
    const visitor = await browser.visitor(stage.url, { theme, motion: true, more });
    await visitor.open(consolePages(stage).find((one) => one.name === page)?.path ?? page);
    process.stdout.write(`${await visitor.screenshot(name, isWhole)}\n`);
    await visitor.leave();
  }
}

async function take(stage: ConsoleStage, browser: TestBrowser): Promise<void> {
  const storageState = await signedIn(stage, browser);
  const pages = consolePages(stage).filter(({ name }) => name.includes(values.only));
  for (const theme of THEMES)
    for (const width of [...WIDTHS, DESK]) {
      const visitor = await browser.visitor(stage.url, {
        theme,
        width,
        motion: true,
        more: { storageState },
      });
      for (const page of pages) await shoot(visitor, page, `${page.name}-${width}-${theme}`);
      for (const one of visitor.complaints) process.stderr.write(`! ${one}\n`);
      await visitor.leave();
    }
}

async function shoot(visitor: Visitor, { path, status }: ConsolePage, name: string): Promise<void> {
  try {
    await visitor.open(path, status);
  } catch (error) {
    process.stderr.write(`! ${name}: ${String(error)}\n`);
    return;
  }
  const overflow = await visitor.overflow();
  const wide = overflow > 0 ? `  ${overflow} px too wide: ${await visitor.widest()}` : '';
  process.stdout.write(`${await visitor.screenshot(name)}${wide}\n`);
}

const stage = await setConsoleStage();
const browser = new TestBrowser();
try {
  if (values.stay) await stay(stage);
  else {
    await browser.start();
    await (values.readme ? takeForReadme : take)(stage, browser);
  }
} finally {
  await browser.stop();
  await stage.end();
}
