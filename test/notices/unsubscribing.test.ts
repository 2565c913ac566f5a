/** The unsubscribe link: one click, with a token that only the secret makes. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '../../src/config.ts';
import { mailOf } from '../../src/notices/mailer.ts';
import { rawMessageOf } from '../../src/notices/mime.ts';
import { unsubscribeTokenOf } from '../../src/notices/unsubscribe-token.ts';
import { preferencesOf } from '../../src/operations/mail/notice-context.ts';

const OPERATIONS = readFileSync(join(__dirname, '../../docs/operations.md'), 'utf8');
const SECRET = '0123456789abcdef0123456789abcdef';
const URL_WITH_TOKEN = 'https://example.org/emails?account={account}&token={token}';

describe('the token of an unsubscribe link', () => {
  it('is of one account and one secret', () => {
    const token = unsubscribeTokenOf(SECRET, 'a1');
    expect(token).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(unsubscribeTokenOf(SECRET, 'a1')).toBe(token);
    expect(unsubscribeTokenOf(SECRET, 'a2')).not.toBe(token);
    expect(unsubscribeTokenOf(`${SECRET}x`, 'a1')).not.toBe(token);
  });

  it('is what the recipe of the operations page makes, by another program', () => {
    const [, recipe = ''] = /```sh\s+(printf %s "notices\.opted-out:[^]*?)```/.exec(OPERATIONS) ?? [];
    const env = { ...process.env, ACCOUNT: 'a1', CONNECTS_PREFERENCES_SECRET: SECRET };
    const made = execFileSync('sh', ['-c', recipe], { env, encoding: 'utf8' });
    expect(made.trim()).toBe(unsubscribeTokenOf(SECRET, 'a1'));
    expect(OPERATIONS).toContain(`\`${unsubscribeTokenOf(SECRET, 'a1')}\``);
  });

  it('stands in the link, and the secret does not', () => {
    const settings = parseConfig({
      CONNECTS_PREFERENCES_URL: URL_WITH_TOKEN,
      CONNECTS_PREFERENCES_SECRET: SECRET,
    });
    expect(preferencesOf(settings, 'a1')).toBe(
      `https://example.org/emails?account=a1&token=${unsubscribeTokenOf(SECRET, 'a1')}`,
    );
  });

  it('wants a secret, and a long one', () => {
    const parsed = (secret: string) => () =>
      parseConfig({ CONNECTS_PREFERENCES_URL: URL_WITH_TOKEN, CONNECTS_PREFERENCES_SECRET: secret });
    expect(parsed('')).toThrow('CONNECTS_PREFERENCES_SECRET: expected, as {token}');
    expect(parsed('short')).toThrow('CONNECTS_PREFERENCES_SECRET: expected at least 32 characters');
  });
});

describe('a letter', () => {
  const headersOf = (unsubscribeUrl?: string): string =>
    rawMessageOf(
      mailOf(
        { from: { name: 'Connects', address: 'connects@example.test' } },
        {
          to: 'a1@example.test',
          messageId: '<1@x>',
          subject: 's',
          text: 't',
          html: '<p>t</p>',
          unsubscribeUrl,
        },
      ),
    ).toString('latin1');

  it('offers one click where there is a link', () => {
    const headers = headersOf('https://example.org/emails');
    expect(headers).toContain('List-Unsubscribe: <https://example.org/emails>');
    expect(headers).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
    expect(headersOf()).not.toContain('List-');
  });
});
