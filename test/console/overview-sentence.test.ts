/** The sentence that heads the overview, for every state of a fleet. */
import { sentenceOf } from '../../src/console/pages/overview-sentence.ts';

const MINUTE = 60_000;
const NOW = Date.parse('2026-11-29T07:05:00Z');
const ALARM = 15 * MINUTE;

const calm = {
  now: NOW,
  accounts: 1_000,
  due: 0,
  oldestDueAt: null,
  putAside: { accounts: 0, codes: [], oldestAt: null },
  hold: null,
  lastClean: { at: NOW - MINUTE, run: null },
};
const aside = {
  accounts: 1_913,
  codes: [
    { code: 'row-refused', accounts: 1_899 },
    { code: 'no-terms', accounts: 14 },
  ],
  oldestAt: NOW - 41 * 60 * MINUTE,
};
const sentence = (known: Partial<Parameters<typeof sentenceOf>[0]>) =>
  sentenceOf({ ...calm, ...known }, ALARM);

it('says how to begin where there is nobody yet', () => {
  expect(sentence({ accounts: 0, lastClean: null })).toMatchObject({
    tone: 'mute',
    sentence: 'There are no accounts yet.',
    action: null,
  });
});

it('says that everyone is current where nobody is due', () => {
  expect(sentence({})).toMatchObject({ tone: 'ok', sentence: 'Everyone is current.', action: null });
});

it('says to within how much, while some are due', () => {
  const { tone, sentence: said, more } = sentence({ due: 657, oldestDueAt: NOW - 6 * MINUTE });
  expect([tone, said]).toEqual(['run', 'Everyone is current to within 6 min.']);
  expect(more).toContain('657 accounts are due');
  expect(sentence({ due: 2_000, oldestDueAt: NOW }).more).toContain('2,000 accounts or more are due');
});

it('never says that everyone is current while somebody is put aside, counts those who are due beside them, and says where to act', () => {
  for (const due of [0, 1_657]) {
    const said = sentence({ putAside: aside, due, oldestDueAt: due === 0 ? null : NOW - 6 * MINUTE });
    expect(said.sentence).toBe(
      due === 0
        ? '1,913 accounts are put aside; everyone else is current.'
        : '1,913 accounts are put aside; 1,657 accounts are due, the oldest for 6 min.',
    );
    expect(said.more).toMatch(/^1,899 of them with one error, row-refused; the first for 41 h\./);
    expect(said).toMatchObject({ tone: 'warn', action: { href: '/failures' } });
  }
});

it('speaks of one account as of one', () => {
  const one = { accounts: 1, codes: [{ code: 'no-terms', accounts: 1 }], oldestAt: NOW - MINUTE };
  expect(sentence({ putAside: one })).toMatchObject({
    sentence: '1 account is put aside; everyone else is current.',
    more: expect.stringMatching(/^With the error no-terms; for 60 s\. It is granted nothing/) as string,
  });
});

it('says that others are late, too, where the oldest is due for longer than it may be', () => {
  const late = { due: 3, oldestDueAt: NOW - ALARM - 1 };
  expect(sentence(late)).toMatchObject({
    tone: 'warn',
    sentence: '3 accounts are due, the oldest for 15 min.',
    action: { href: '/runs' },
  });
  expect(sentence({ ...late, putAside: aside }).sentence).toBe(
    '1,913 accounts are put aside; 3 accounts are due, the oldest for 15 min.',
  );
});

it('says that they wait for the release where the ledger is held', () => {
  const hold = { heldAt: NOW - 60 * MINUTE, actor: 'ann', reason: 'wrong terms' };
  const said = sentence({ hold, due: 3, oldestDueAt: NOW - 30 * MINUTE });
  expect(said.more).toBe('They wait until the ledger is released.');
  // It may be held for less long than anybody is due: nothing is being settled then, either.
  expect(sentence({ hold, due: 3, oldestDueAt: NOW - MINUTE }).more).toContain(
    'wait until the ledger is released',
  );
});
