/** Requests without a reply under terms that change: room for a part, a reward that ends, a program that begins. */
import { type Terms, builtInTerms } from '../../src/domain/terms.ts';
import { applyTerms } from '../../src/operations/upkeep/apply-terms.ts';
import type { Answer } from '../../src/reports/explain/answer.ts';
import { importRows } from '../support/accounts.ts';
import { asker } from '../support/asking.ts';
import { type Fields, fact, record } from '../support/facts.ts';
import { type Installation, install } from '../support/installation.ts';

let own: Installation;
let askThere: ReturnType<typeof asker>;

beforeAll(async () => {
  own = await install();
  const june = { ...builtInTerms[1], effectiveFrom: '2022-06-01' };
  const richer = { award: 20, windowMax: 50, windowDays: 7, asTwoEntries: true };
  const terms = [
    ...builtInTerms,
    { ...june, interview: richer },
    { ...june, effectiveFrom: '2023-01-01', interview: null },
  ];
  const given = { terms: terms as Terms, dryRun: false, actor: 'test', reason: 'a richer reward' };
  await applyTerms(own.app, given);
  askThere = asker(own.app);
});

afterAll(() => own.remove());

const toldOf = async (account: string, asOf: string): Promise<Answer[]> =>
  (await askThere(account, '--as-of', asOf)).answers.filter((one) => one.subject.startsWith('silence:'));

/** Replies on each of these days, and a request that waits. */
async function member(
  account: string,
  anchorOn: string,
  days: readonly string[],
  waitingOn: string,
): Promise<void> {
  await importRows(own.app, [{ id: account, anchorOn, openingBalance: 100 }]);
  const of = (day: string, n: number, types: readonly string[]) =>
    types.map((type, hour) => {
      const fields: Record<string, Fields> = {
        'proposal.submitted': { proposal: `p${n}`, connects: 4 },
        'interview.requested': { interview: `i${n}`, proposal: `p${n}` },
        'interview.replied': { interview: `i${n}` },
      };
      return fact(`${account}-${n}-${hour}`, account, `${day} 0${hour}:00`, type, fields[type]);
    });
  const asked = ['proposal.submitted', 'interview.requested'];
  await record(
    own.app,
    days.flatMap((day, n) => of(day, n, [...asked, 'interview.replied'])),
  );
  await record(own.app, of(waitingOn, 9, asked));
}

test('room for a part: how much now, and from when for all of it', async () => {
  await member('part', '2022-06-01', ['2022-06-02', '2022-06-03'], '2022-06-04');
  expect(await toldOf('part', '2022-06-05T00:00:00Z')).toMatchObject([
    {
      evidence: { replyNow: { code: 'weekly-cap-partial', award: 10, room: 10 } },
      next:
        'Still possible: a reply now would earn 10 Connects, because in the 7 days up to 5 June 2022, 00:00 you had been ' +
        'awarded 40 of at most 50 Connects for interviews. From 9 June 2022, 02:00 it would earn 20 Connects. From 1 ' +
        'January 2023, 00:00 it would earn none, because under the terms of 1 January 2023 interview requests no longer ' +
        'earn Connects. A proposal earns one award: what a smaller one lacks is not added later.',
    },
  ]);
});

test('no room, then room for a part, then for all of it', async () => {
  const days = ['2022-05-31', '2022-06-02', '2022-06-03'];
  await member('full', '2022-05-01', days, '2022-06-04');
  const [answer] = await toldOf('full', '2022-06-05T00:00:00Z');
  expect(answer?.evidence.outlook).toEqual([
    { from: '2022-06-05T00:00:00.000Z', code: 'weekly-cap', award: 0 },
    { from: '2022-06-07T02:00:00.000Z', code: 'weekly-cap-partial', award: 10 },
    { from: '2022-06-09T02:00:00.000Z', code: 'awarded', award: 20 },
    { from: '2023-01-01T00:00:00.000Z', code: 'reward-ended', award: 0 },
  ]);
  expect(answer?.next).toMatch(
    /^Reply after 7 June 2022, 02:00; .* From then on a reply would earn 10 Connects\. From 9 June 2022, 02:00 it would earn 20/,
  );
});

test('the reward ended: silence says so, and promises nothing', async () => {
  await member('late', '2022-12-01', [], '2023-01-02');
  const [answer, ...none] = await toldOf('late', '2023-01-05T00:00:00Z');
  expect(none).toEqual([]);
  expect(answer).toMatchObject({
    evidence: { replyNow: { code: 'reward-ended' } },
    rule: {
      text: 'Interview requests no longer earn Connects.',
      effectiveFrom: '2023-01-01',
      termsVersion: 2,
    },
    next:
      'A reply now would earn none, because under the terms of 1 January 2023 interview requests no longer earn ' +
      'Connects. By the terms that are known today, no date changes that.',
  });
});

test('before the program begins: from when', async () => {
  await member('early', '2020-11-01', [], '2020-11-20');
  expect(await toldOf('early', '2020-11-21T00:00:00Z')).toMatchObject([
    {
      evidence: { replyNow: { code: 'before-program' } },
      next: expect.stringMatching(
        /^A reply now would earn none, because the program started later, on 1 December 2020\. From 1 December 2020, 00:00 it would earn 10 Connects\./,
      ) as unknown,
    },
  ]);
});
