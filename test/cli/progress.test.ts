import { Progress, progressText, withBar } from '../../src/cli/progress.ts';
import { counted, formatAge, formatCount } from '../../src/cli/words.ts';

/** A stderr that keeps what is written. */
function keeping(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { written, err: { write: (text: string) => written.push(text), isTTY, columns } };
}

describe('progress on a terminal', () => {
  test('is one line, drawn over again, with bar, counts, rate and remaining time', () => {
    const { err, written } = keeping(true, 100);
    const progress = new Progress(err, 'accounts', 1_000);
    progress.show({ done: 0, total: 3_000 }, 1_000);
    progress.show({ done: 1_200, total: 3_000 }, 4_000);
    progress.end({ done: 3_000, total: 3_000 }, 8_500);
    expect(written).toEqual([
      '\r\u001B[2K[------------------------------] 0 of 3,000 accounts, 0/s',
      '\r\u001B[2K[############------------------] 1,200 of 3,000 accounts, 400/s, 5 s left',
      '\r\u001B[2K[##############################] 3,000 of 3,000 accounts, 400/s',
      '\n',
    ]);
  });

  test('is drawn ten times a second at the most', () => {
    const { err, written } = keeping(true);
    const progress = new Progress(err, 'rows', 0);
    for (let now = 0; now < 1_000; now += 10) progress.show({ done: now, total: 1_000 }, now);
    expect(written).toHaveLength(10);
  });

  test.each([40, 60, 75, 200])('is never wider than %i columns', (columns) => {
    const state = { done: 1_234_567, total: 9_876_543 };
    const text = progressText('accounts', state, 60_000);
    expect(withBar(text, state, columns).length).toBeLessThan(columns);
  });

  test('shows no bar where nobody knows how many there are', () => {
    const { err, written } = keeping(true);
    new Progress(err, 'rows checked', 0).show({ done: 5_000 }, 1_000);
    expect(written).toEqual(['\r\u001B[2K5,000 rows checked, 5,000/s']);
  });

  test('is full only when all is done', () => {
    expect(withBar('', { done: 999, total: 1_000 }, 80)).toContain('-]');
    expect(withBar('', { done: 1_000, total: 1_000 }, 80)).not.toContain('-');
    expect(withBar('', { done: 0, total: 0 }, 80)).not.toContain('-');
  });

  test('leaves its line to what comes next when it stops in the middle', () => {
    const { err, written } = keeping(true);
    const progress = new Progress(err, 'accounts', 0);
    progress.show({ done: 1, total: 2 }, 200);
    progress.stop();
    progress.stop();
    expect(written.at(-1)).toBe('\n');
    expect(written).toHaveLength(2);
  });
});

describe('progress elsewhere', () => {
  test('is a line every ten seconds, without any control character', () => {
    const { err, written } = keeping(false);
    const progress = new Progress(err, 'accounts', 0);
    for (let now = 0; now <= 30_000; now += 250) progress.show({ done: now / 10, total: 6_000 }, now);
    progress.end({ done: 6_000, total: 6_000 }, 31_000);
    expect(written).toEqual([
      '1,000 of 6,000 accounts, 100/s, 50 s left\n',
      '2,000 of 6,000 accounts, 100/s, 40 s left\n',
      '3,000 of 6,000 accounts, 100/s, 30 s left\n',
    ]);
  });

  test('is silent where all is done within ten seconds', () => {
    const { err, written } = keeping(false);
    const progress = new Progress(err, 'accounts', 0);
    progress.show({ done: 5, total: 9 }, 9_999);
    progress.end({ done: 9, total: 9 }, 9_999);
    progress.stop();
    expect(written).toEqual([]);
  });
});

test.each([
  [{ done: 3, total: 10 }, 1_000, '3 of 10 accounts, 3.0/s, 3 s left'],
  [{ done: 1, total: 10_000 }, 10_000, '1 of 10,000 accounts, 0.1/s'],
  [{ done: 499, total: 10_000 }, 4_900, '499 of 10,000 accounts, 102/s'],
  [{ done: 100, total: 10_000 }, 5_000, '100 of 10,000 accounts, 20/s, 8 min left'],
  [{ done: 0, total: 10 }, 0, '0 of 10 accounts, 0/s'],
  [{ done: 12, total: 10 }, 1_000, '12 of 10 accounts, 12/s'],
])('%j after %i ms reads %s', (state, elapsedMs, text) =>
  expect(progressText('accounts', state, elapsedMs)).toBe(text),
);

test.each([
  [0, '0 s'],
  [119, '119 s'],
  [120, '2 min'],
  [7_199, '119 min'],
  [7_200, '2 h'],
  [12_000, '3 h 20 min'],
  [2 * 86_400, '2 d'],
  [185_963_404, '2,152 d 8 h'],
])('%i seconds read %s', (seconds, text) => expect(formatAge(seconds)).toBe(text));

test('counts have separators, and their noun its number', () => {
  expect(formatCount(1_234_567)).toBe('1,234,567');
  expect(counted(1, 'account')).toBe('1 account');
  expect(counted(0, 'account')).toBe('0 accounts');
  expect(counted(2_000, 'account is', 'accounts are')).toBe('2,000 accounts are');
});
