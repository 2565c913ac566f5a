/** What members complain of, asked with what they have: every way of asking states all that the answer must state. */
import { askAll, readComplaints } from '../support/complaints.ts';
import { type StoryTime, installAt } from '../support/story-time.ts';

let story: StoryTime;
beforeAll(async () => {
  story = await installAt('2021-02-01');
});
afterAll(() => story.installation.remove());

const complaints = readComplaints();

test.each(complaints.map((one) => [one.name, one] as const))('%s', async (_name, complaint) => {
  const asked = await askAll(story, complaint);
  expect(asked.map(({ ask, missing }) => ({ ask, missing }))).toEqual(
    complaint.asks.map((ask) => ({ ask, missing: [] })),
  );
});

test('every kind of complaint is among them, and each is asked in more than one way', () => {
  const kinds = new Set(complaints.map((one) => one.kind));
  expect(Array.from({ length: 32 }, (_, index) => index + 1).filter((kind) => !kinds.has(kind))).toEqual([]);
  expect(complaints.filter((one) => one.asks.length < 2)).toEqual([]);
  expect(complaints.filter((one) => one.facts.length === 0)).toEqual([]);
});
