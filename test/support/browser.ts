/** A real browser for a test file: Debian's Chromium, driven by playwright-core. Whatever a page complains of is kept. */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
  chromium,
} from 'playwright-core';
import { locateBrowser } from '../../scripts/servers/browser-program.ts';

/** A machine under load must fail nothing. */
const DEADLINE_MS = 120_000;
/** A browser that is short of time draws a long table before all of it has arrived: what Chromium calls good, halved. */
const SHIFT_MAX = 0.05;
/** Of the pictures; the last is a laptop's. */
export const WIDTHS = [360, 768, 1280] as const;
export const THEMES = ['light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export interface Look {
  /** Default: light. */
  readonly theme?: Theme;
  /** CSS pixels. Default: 1280. */
  readonly width?: number;
  /** Default: true. */
  readonly script?: boolean;
  /** Default: false, so that nothing moves while it is looked at. */
  readonly motion?: boolean;
  /** Of somebody who is signed in: `(await Client.signedIn(…)).session`. */
  readonly session?: string | undefined;
  /** More of playwright's options. */
  readonly more?: BrowserContextOptions;
}

/**
 * To be called once at the top of a test file, outside of tests: one browser for all of them. A page that complains of
 * anything fails the test that opened it.
 */
export function browserForTests(): TestBrowser {
  const browser = new TestBrowser();
  beforeAll(() => browser.start());
  afterEach(async () => {
    const complaints = await browser.closeAll();
    expect(complaints).toEqual([]);
  });
  afterAll(() => browser.stop());
  return browser;
}

export class TestBrowser {
  #browser: Browser | undefined;
  #visitors: Visitor[] = [];

  async start(): Promise<void> {
    this.#browser = await chromium.launch({
      executablePath: await locateBrowser(),
      // Containers give a few MB of /dev/shm, and tests may run as root; nothing but our own pages is opened.
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--force-color-profile=srgb'],
      timeout: DEADLINE_MS,
    });
  }

  /** Somebody with cookies of his own. @param base of every address that he opens: `http://127.0.0.1:4000/` */
  async visitor(base: string, look: Look = {}): Promise<Visitor> {
    if (!this.#browser) throw new Error('the browser has not been started');
    const context = await this.#browser.newContext({
      baseURL: base,
      colorScheme: look.theme ?? 'light',
      viewport: { width: look.width ?? 1_280, height: 800 },
      javaScriptEnabled: look.script ?? true,
      reducedMotion: look.motion ? 'no-preference' : 'reduce',
      locale: 'en-GB',
      timezoneId: 'UTC',
      ...look.more,
    });
    context.setDefaultTimeout(DEADLINE_MS);
    if (look.session !== undefined)
      await context.addCookies([{ name: 'connects-local', value: look.session, url: base }]);
    const visitor = new Visitor(context, await context.newPage(), base);
    this.#visitors.push(visitor);
    return visitor;
  }

  /** Everybody leaves. @returns what their pages complained of */
  async closeAll(): Promise<string[]> {
    const visitors = this.#visitors;
    this.#visitors = [];
    for (const one of visitors) await one.leave();
    return visitors.flatMap((one) => one.complaints);
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
  }
}

/** A finding of axe: the rule, how bad, and where. */
export type Finding = string;

export class Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors of script and policy, requests that failed, and requests to anybody else's host. */
  readonly complaints: string[] = [];
  readonly #base: string;
  #leaving = false;
  /** Statuses that a test looks for are no complaint. */
  readonly #expected = new Set<number>();

  constructor(context: BrowserContext, page: Page, base: string) {
    this.context = context;
    this.page = page;
    this.#base = base;
    context.on('page', (opened) => this.#watch(opened));
    this.#watch(page);
  }

  #watch(page: Page): void {
    const complain = (what: string): void => {
      if (!this.#leaving) this.complaints.push(`${page.url()}: ${what}`);
    };
    page.on('console', (message) => {
      const status = /responded with a status of (\d+)/.exec(message.text())?.[1];
      if (status !== undefined && this.#expected.has(Number(status))) return;
      if (['error', 'warning'].includes(message.type())) complain(message.text());
    });
    page.on('pageerror', (error) => complain(error.message));
    page.on('request', (request) => {
      if (/^(data|blob|about):/.test(request.url())) return;
      if (new URL(request.url()).origin !== new URL(this.#base).origin) complain(`asked ${request.url()}`);
    });
    page.on('requestfailed', (request) => {
      const why = request.failure()?.errorText ?? '';
      // What is still under way when a page is left, live events above all, and a file that is kept instead of shown.
      if (why !== 'net::ERR_ABORTED') complain(`${request.url()} failed: ${why}`);
    });
  }

  /** @param path such as `runs/7`, below the base. @param status that it must be answered with */
  async open(path: string, status = 200): Promise<void> {
    this.#expected.add(status);
    const answer = await this.page.goto(path, { timeout: DEADLINE_MS });
    if (answer?.status() !== status)
      throw new Error(`/${path} was answered with ${answer?.status()}, not ${status}`);
  }

  /** By a one-time link, which asks for one click. @param path as the stage gives it */
  async signIn(path: string): Promise<void> {
    await this.open(path);
    await this.page.getByRole('button', { name: /sign in/i }).click();
    await this.page.waitForURL(this.#base);
  }

  /** From here on an answer with that status is what the test looks for. */
  expecting(status: number): void {
    this.#expected.add(status);
  }

  /** Of an expression in the page, which the page's own policy has no say about. */
  ask<T>(expression: string): Promise<T> {
    return this.page.evaluate<T>(expression);
  }

  /** What axe finds on the page as it is. */
  async axe(): Promise<Finding[]> {
    await this.page.evaluate(axe.source);
    return this.ask<Finding[]>(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations.flatMap(({ id, impact, nodes }) => nodes.map((node) =>
        id + ' (' + impact + ') ' + node.target.join(' ') + ': ' +
          node.any.concat(node.all, node.none).map(({ message }) => message).join('; '))))`);
  }

  /** How many CSS pixels wider than the window the page is. */
  overflow(): Promise<number> {
    return this.ask('Math.max(0, document.scrollingElement.scrollWidth - innerWidth)');
  }

  /** What stands furthest out, where `overflow` is not 0. */
  widest(): Promise<string> {
    return this.ask(`[...document.querySelectorAll('body *')]
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.parentElement.closest('.scroll'))
      .map((one) => one.tagName.toLowerCase() + '.' + one.getAttribute('class')).slice(0, 5).join(', ')`);
  }

  /** What has moved under the reader so far, and how much, as Chromium counts it; none where nothing worth a word did. */
  layoutShifts(): Promise<string[]> {
    return this.ask(`new Promise((resolve) => {
      const nameOf = ({ node }) => node ? (node.nodeName + '.' + (node.className || node.parentNode?.className)) : '?';
      const found = [];
      const seen = new PerformanceObserver((list) => {
        for (const one of list.getEntries()) if (one.value > ${SHIFT_MAX}) found.push(one.value + ' ' + one.sources.map(nameOf).join(', '));
      });
      seen.observe({ type: 'layout-shift', buffered: true });
      requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(found), 0)));
    })`);
  }

  /** Names of the fonts that the text of the first element that matches is drawn with. */
  async fontsOf(selector: string): Promise<string[]> {
    const session = await this.context.newCDPSession(this.page);
    await session.send('DOM.enable');
    await session.send('CSS.enable');
    const { root } = await session.send('DOM.getDocument');
    const { nodeId } = await session.send('DOM.querySelector', { nodeId: root.nodeId, selector });
    const { fonts } = await session.send('CSS.getPlatformFontsForNode', { nodeId });
    await session.detach();
    return fonts.map((font) => font.familyName);
  }

  /** Of the whole page, in CONNECTS_SHOTS or a folder of the system's; never in the repository. @returns its path */
  async screenshot(name: string, whole = true): Promise<string> {
    const folder = process.env['CONNECTS_SHOTS'] ?? join(tmpdir(), 'connects-shots');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${name}.png`);
    // What stands in a frame of its own comes later.
    for (const frame of this.page.frames()) await frame.waitForLoadState('load');
    await this.page.screenshot({ path, fullPage: whole, animations: 'disabled' });
    return path;
  }

  async leave(): Promise<void> {
    this.#leaving = true;
    await this.context.close();
  }
}
