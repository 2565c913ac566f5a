/**
 * Finds a Chromium for the tests that look at pages as people do, and installs Debian's where that is possible: about
 * 106 MB to fetch and 450 MB on disk, once. Nothing but a browser test asks for it.
 */
import { existsSync } from 'node:fs';
import { aptCanInstall, aptInstall } from './apt-install.ts';
import { findProgram } from './program-path.ts';
import { SetupError } from './setup-error.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
/** Applications are outside of every PATH there. */
const ON_MACOS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
/**
 * First in the pages' list of fonts, and never what a browser falls back on: a page that shows it has its stylesheet.
 * Where Debian puts it.
 */
const FONT = '/usr/share/fonts/opentype/inter';

/** @returns its path. @throws SetupError (exit 75) that says what to install, where there is none and none can be had */
export async function locateBrowser(): Promise<string> {
  const missing = missingPackages();
  const isAllowed = process.env['CONNECTS_NO_INSTALL'] !== '1';
  if (missing.length > 0 && isAllowed && aptCanInstall()) await aptInstall(missing);
  const found = findBrowser();
  if (found === undefined) throw new SetupError(WHAT_TO_INSTALL);
  return found;
}

function missingPackages(): string[] {
  const fonts = existsSync(FONT) ? [] : ['fonts-inter'];
  return findBrowser() === undefined ? ['chromium', ...fonts] : fonts;
}

const findBrowser = (): string | undefined =>
  findProgram(...NAMES) ?? ON_MACOS.find((path) => existsSync(path));

const WHAT_TO_INSTALL = [
  'missing on this machine: Chromium, in which the pages of the console are tested',
  '',
  '  Debian           sudo apt-get install --no-install-recommends chromium fonts-inter',
  '  Fedora           sudo dnf install chromium rsms-inter-fonts',
  '  macOS            brew install --cask chromium font-inter',
  '',
  'Every other test runs without it, and `npm test` is of those.',
].join('\n');
