/** What every file in `pages` is given: the app, where to add its routes, and how a page is drawn. */
import type { Hono } from 'hono';
import type { Child } from 'hono/jsx';
import type { App } from '../app.ts';
import type { ConsoleEnv, PageContext, Section } from './console-env.ts';
import type { Live } from './live.ts';
import type { RefusedSignIns } from './refused-sign-ins.ts';

export type { ConsoleEnv, PageContext, Section, SignedIn, UserRole } from './console-env.ts';

export interface Crumb {
  readonly label: string;
  /** None for where one is. */
  readonly href?: string;
}

export interface Page {
  /** The heading, and the name of the tab. */
  readonly title: string;
  /** Which line of the sidebar it belongs to; none for what belongs to none. */
  readonly section?: Section;
  /** Beside the heading: a state. */
  readonly chip?: Child;
  /** Below the heading. */
  readonly sub?: Child;
  /** Links and buttons at its right. */
  readonly actions?: Child;
  readonly crumbs?: readonly Crumb[];
  /** Accounts that are put aside, where the page has counted them. */
  readonly putAside?: number;
  /** Parts of it are replaced while it is open: it gets a button to pause that. */
  readonly live?: boolean;
  /** 200 where it is not given. */
  readonly status?: 200 | 400 | 401 | 403 | 404 | 405 | 409 | 413 | 422 | 429 | 500 | 503;
}

export interface Site {
  readonly app: App;
  readonly pages: Hono<ConsoleEnv>;
  readonly live: Live;
  /** Of passwords, links and tokens alike. */
  readonly signIns: RefusedSignIns;
  /** What a page left going on by itself ends with the console. */
  atEnd(stop: () => void): void;
  /** The whole document: frame, heading, and `body` below it. What of the frame cannot be read is left out. */
  render(context: PageContext, page: Page, body: Child): Promise<Response>;
}
