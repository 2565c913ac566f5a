/** The local inbox: what was sent to it can be listed, searched and read. */
import { createTransport } from 'nodemailer';
import { type Inbox, startInbox } from '../../scripts/inbox/inbox.ts';

interface Listed {
  readonly total: number;
  readonly messages: readonly { readonly id: string; readonly subject: string }[];
}

let inbox: Inbox;
beforeAll(async () => {
  inbox = await startInbox({ consoleUrl: 'http://127.0.0.1:8080' });
  const transport = createTransport(inbox.smtpUrl);
  for (const name of ['ann', 'bob'])
    await transport.sendMail({
      from: { name: 'Connects', address: 'connects@localhost' },
      to: { name: '', address: `${name}@example.test` },
      subject: `10 Connects for ${name}: +10`,
      messageId: `<grant-${'0f'.repeat(16)}.talent-${name}.1@localhost>`,
      text: `text for ${name}`,
      html: `<p>markup for ${name}</p><script>alert(1)</script>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
  transport.close();
});
afterAll(() => inbox.stop());

const read = async (path: string): Promise<string> => (await fetch(`${inbox.httpUrl}${path}`)).text();
const search = async (words: string): Promise<Listed> =>
  JSON.parse(await read(`/messages.json?q=${encodeURIComponent(words)}`)) as Listed;

it('lists what it took, the newest first', async () => {
  const page = await read('/');
  expect(page.indexOf('10 Connects for bob')).toBeGreaterThan(0);
  expect(page.indexOf('10 Connects for ann')).toBeGreaterThan(page.indexOf('10 Connects for bob'));
});

it('searches subjects, addresses and texts, whatever the case', async () => {
  expect((await search('BOB@example')).messages.map((one) => one.subject)).toEqual([
    '10 Connects for bob: +10',
  ]);
  expect((await search('connects ann')).messages.map((one) => one.subject)).toEqual([
    '10 Connects for ann: +10',
  ]);
  expect(await search('connects')).toMatchObject({ total: 2 });
  expect((await search('TEXT for bob@')).messages.map((one) => one.subject)).toEqual([
    '10 Connects for bob: +10',
  ]);
  expect(await search('nobody')).toMatchObject({ total: 0 });
  expect(await read('/?q=nobody')).toContain('No message has these words.');
});

it('shows a message as HTML in a frame without scripts, as text, and with its headers', async () => {
  const [found] = (await search('ann')).messages;
  const page = await read(`/messages/${found?.id}`);
  expect(page).toContain('text for ann');
  expect(page).toContain('<dd>Connects &lt;connects@localhost&gt;</dd>');
  expect(page).toMatch(/<iframe[^>]*style="--lines:\d+"/);
  expect(page).toContain('Auto-Submitted');
  expect(page).toMatch(/<iframe[^>]*sandbox="allow-popups/);
  const body = await fetch(`${inbox.httpUrl}/messages/${found?.id}/body`);
  expect(body.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await body.text()).toContain('<p>markup for ann</p>');
});

it('leads from a letter to the account that it is about, in the console', async () => {
  const [found] = (await search('ann')).messages;
  expect(await read(`/messages/${found?.id}`)).toContain(
    '<a href="http://127.0.0.1:8080/accounts/talent-ann.1">talent-ann.1</a> in the console',
  );
});

it('has the palette of the console', async () => {
  expect(await read('/')).toMatch(/--accent: #0c7442/);
});
