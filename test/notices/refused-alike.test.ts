/** Which refusals are of a member, and which may be of us. */
import { alikeOf } from '../../src/notices/refused-alike.ts';

describe('a refusal', () => {
  it.each([
    ['550 5.7.1 Relaying denied', '550 5.7.1'],
    ['554-5.7.1 203.0.113.9 blocked, see https://example.net/b?id=77', '554 5.7.1'],
    ['550 5.4.5 Daily user sending quota exceeded', '550 5.4.5'],
    ['550 5.7.26 This mail is unauthenticated', '550 5.7.26'],
    // Where there is a code it decides, whatever the words say.
    ['550 5.7.1 no such user here, or relaying denied', '550 5.7.1'],
    ['553 sorry, that domain is not in my list of allowed hosts (#5.7.1)', '553 5.7.1'],
    [
      '554 Message rejected: Email address is not verified',
      '554 message rejected: email address is not verified',
    ],
    // What differs from letter to letter is left out.
    ['550 relay to <a@example.org> (mx7.example.net) not permitted 4Xq2a', '550 relay to not permitted'],
    ['550 rejected by policy: 8f3', '550 rejected by policy:'],
  ])('that any member may get has something in common with others: %s', (words, alike) => {
    expect(alikeOf(words)).toBe(alike);
  });

  it.each([
    '550 5.1.1 <a@example.org>: user unknown',
    '550-5.1.10 the address has no MX',
    '552 5.2.2 over quota',
    '550 5.2.1 mailbox disabled',
    '550 5.1.1 relaying denied',
    '550 sorry, nobody of that name lives here (#5.1.1)',
    '550 no such mailbox',
    '550 unknown user a@example.org',
    '552 mailbox of a@example.org is full',
  ])('that is about a mailbox is its member’s alone: %s', (words) => {
    expect(alikeOf(words)).toBeUndefined();
  });
});
