/** What all journeys share: the stage, the browser, and people who have signed in once. */
import type { Look, TestBrowser, Visitor } from '../../../support/browser.ts';
import type { ConsoleStage } from '../../../support/console-stage.ts';

type Role = 'viewer' | 'operator';
type StorageState = NonNullable<NonNullable<Look['more']>['storageState']>;

export class Morning {
  readonly browser: TestBrowser;
  readonly #stage: () => ConsoleStage;
  readonly #signedIn = new Map<Role, Promise<StorageState>>();

  /** @param stage is asked once tests run */
  constructor(browser: TestBrowser, stage: () => ConsoleStage) {
    this.browser = browser;
    this.#stage = stage;
  }

  get stage(): ConsoleStage {
    return this.#stage();
  }

  /** Somebody of that role, signed in, with a browser of his own. */
  async as(role: Role, look: Look = {}): Promise<Visitor> {
    const known = this.#signedIn.get(role) ?? this.#signIn(role);
    this.#signedIn.set(role, known);
    return this.browser.visitor(this.stage.url, {
      ...look,
      more: { storageState: await known, ...look.more },
    });
  }

  async #signIn(role: Role): Promise<StorageState> {
    const visitor = await this.browser.visitor(this.stage.url);
    await visitor.signIn(await this.stage.linkFor(role));
    return visitor.context.storageState();
  }
}
