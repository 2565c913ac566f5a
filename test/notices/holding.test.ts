/** The hold, with mail really on its way: nothing leaves after the command has ended, and nothing is lost by it. */
import { startWorker } from '../../jobs/start-worker.ts';
import type { Process } from '../../jobs/process.ts';
import { findHold } from '../../src/outbox/hold.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { type PostOffice, openPostOffice } from '../support/post-office.ts';
import { countOf } from '../support/state.ts';
import { stageNotices } from '../support/staged-notices.ts';
import { until } from '../support/sweeping.ts';

const NOTICES = 300;

describe('mail that is held while it is on its way', () => {
  let office: PostOffice;
  let installation: Installation;
  let worker: Process;
  let arrived = 0;
  let openGate: () => void;
  const gate = new Promise<void>((resolve) => (openGate = resolve));
  beforeAll(async () => {
    // The first letters are taken at once, the others when the gate opens.
    office = await openPostOffice({ beforeAnswer: () => ((arrived += 1) > 20 ? gate : undefined) });
    // So few a second that a sender's last look is out of date long before it is through.
    const env = { SMTP_URL: office.url, CONNECTS_MAIL_CONNECTIONS: '2', CONNECTS_MAIL_RATE: '50' };
    installation = await install({ env });
    await stageNotices(installation, NOTICES);
    worker = startWorker(installation.app);
  });
  afterAll(async () => {
    openGate();
    await worker.stop();
    await installation.remove();
    await office.stop();
  });

  const run = (...args: string[]) => runHere(['notices', ...args], { app: installation.app });
  const count = (where: string): Promise<number> =>
    countOf(installation.db, `SELECT COUNT(*) FROM outbox WHERE ${where}`);
  let left = 0;

  it('stops: the command ends when nothing leaves any more, and says what had left', async () => {
    await until('the server has letters in its hands', () => arrived > 20);
    const holding = run('hold', '--reason', 'wrong template');
    await until('it is held', async () => (await findHold(installation.db)) !== undefined);
    openGate();
    const { code, stdout } = await holding;
    left = office.letters.length;
    expect(code).toBe(0);
    expect(left).toBeLessThan(NOTICES);
    expect(stdout).toMatch(
      /^all mail is held: \d+ notices were on the way; \d+ left all the same, \d+ wait\n$/,
    );
    expect(await count("state = 'sending'")).toBe(0);
    expect(await count("state = 'sent'")).toBe(left);
  });

  it('is given back without an attempt', async () => {
    await until('all is given back', async () => (await count("state = 'pending'")) === NOTICES - left);
    expect(await count("state = 'pending' AND attempts > 0")).toBe(0);
    expect((await run('list')).stderr).toContain('all mail is held');
  });

  it('is reached by suppress, and does not leave when the hold is released', async () => {
    const { stdout } = await run('suppress', '--kind', 'grant', '--reason', 'wrong template');
    expect(stdout).toBe(`${NOTICES - left} notices will not be sent\n`);
    await run('release');
    expect(await count("state = 'suppressed'")).toBe(NOTICES - left);
    expect(office.letters).toHaveLength(left);
  });
});
