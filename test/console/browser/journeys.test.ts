/** What people do with the console over an operator's morning, in a real browser. */
import { browserForTests } from '../../support/browser.ts';
import { type ConsoleStage, setConsoleStage } from '../../support/console-stage.ts';
import { asking } from './journeys/asking.ts';
import { Morning } from './journeys/morning.ts';
import { signingIn } from './journeys/signing-in.ts';
import { watching } from './journeys/watching.ts';

const browser = browserForTests();
let stage: ConsoleStage;

beforeAll(async () => {
  stage = await setConsoleStage();
});

afterAll(() => stage.end());

const morning = new Morning(browser, () => stage);

asking(morning);
signingIn(morning);
watching(morning);
