/** Letters as they are made: in whose language, with which links, and by how many statements. */
import { selectRows, shownNow } from '../../src/db/query.ts';
import { readMemberLink } from '../../src/operations/accounts/member-link.ts';
import { composeMessage, openComposer } from '../../src/operations/mail/compose-notices.ts';
import { NOTICE_COLUMNS, type Notice } from '../../src/outbox/outbox.ts';
import { fact, opened, record } from '../support/facts.ts';
import { type Installation, install } from '../support/installation.ts';

const SECRET = '0123456789abcdef0123456789abcdef';
const DAY_MS = 86_400_000;
let installation: Installation;

beforeAll(async () => {
  installation = await install({
    env: {
      CONNECTS_MAIL_CONTACT: 'help@example.test',
      CONNECTS_MEMBER_URL: 'https://members.example.test/',
      CONNECTS_MEMBER_SECRET: SECRET,
    },
  });
});
afterAll(() => installation.remove());

const noticesOf = (account: string): Promise<Notice[]> =>
  selectRows<Notice>(
    installation.db,
    `SELECT ${NOTICE_COLUMNS} FROM outbox WHERE account_id = ? ORDER BY id`,
    [account],
  );

describe('a letter to a member', () => {
  /** What stands behind the address of members' pages. */
  const tokenIn = (message: object): string =>
    'text' in message
      ? (/https:\/\/members\.example\.test\/m\/(\S+)/.exec(String(message.text))?.[1] ?? 'none')
      : 'not made';

  it('is in the language of the account, names whom to ask, and leads to the member’s own page', async () => {
    const { app, db } = installation;
    await record(app, [opened('open-m1', 'm1', '2021-02-03 10:00', { locale: 'es-MX' })]);
    const deps = { db, settings: app.config };
    const [notice] = (await noticesOf('m1')) as [Notice];
    const letter = (await openComposer(deps, [notice]))(notice);
    expect(letter).toMatchObject({
      subject: 'Te damos la bienvenida: 40 Connects para empezar',
      text: expect.stringContaining('¿Tienes preguntas? Escríbenos: help@example.test') as string,
    });
    const now = await shownNow(db);
    const token = tokenIn(letter);
    expect(readMemberLink(SECRET, token, now + 30 * DAY_MS)).toMatchObject({ link: 'good', account: 'm1' });
    expect(readMemberLink(SECRET, token, now + 32 * DAY_MS)).toMatchObject({ link: 'expired' });

    // Who may look at a letter may not therefore open the page.
    const shown = await composeMessage(deps, notice);
    expect(tokenIn(shown)).toBe('made-when-it-is-sent');
    expect(readMemberLink(SECRET, tokenIn(shown), 0)).toEqual({ link: 'unknown' });
  });
});

describe('a page of letters', () => {
  it('is read with as many statements for fifty as for one', async () => {
    const { app, db } = installation;
    const ids = Array.from({ length: 50 }, (_, at) => `many-${at}`);
    await record(
      app,
      ids.flatMap((id) => [
        opened(`${id}-open`, id, '2021-02-03 10:00'),
        fact(`${id}-up`, id, '2021-02-10 10:00', 'plan.upgraded'),
      ]),
    );
    const notices = (await Promise.all(ids.map(noticesOf))).flat();
    expect(notices).toHaveLength(100);
    let asked = 0;
    const count = () => void (asked += 1);
    const statementsFor = async (page: readonly Notice[]): Promise<number> => {
      asked = 0;
      await openComposer({ db, settings: app.config }, page);
      return asked;
    };
    db.on('query', count);
    const forTwo = await statementsFor(notices.slice(0, 2));
    expect(await statementsFor(notices)).toBe(forTwo);
    expect(forTwo).toBeLessThanOrEqual(9);
    db.off('query', count);
  });
});
