/** What is kept of a part that was drawn: the same text, until it shows something else. */
import { drawnBefore } from '../../src/console/drawn-before.ts';
import { toHtml } from '../../src/console/render.tsx';

test('a part is drawn once for what it shows, escaped as ever, and anew for anything else', async () => {
  let times = 0;
  const part = drawnBefore(({ name }: { readonly name: string }) => {
    times += 1;
    return <b>{name}</b>;
  });
  const [first, again] = [await part({ name: '<a>' }), await part({ name: '<a>' })];
  expect([String(first), again, times]).toEqual(['<b>&lt;a&gt;</b>', first, 1]);
  expect(await toHtml(<p>{first}</p>)).toBe('<p><b>&lt;a&gt;</b></p>');
  for (let n = 0; n < 20; n += 1) expect(String(await part({ name: `n${n}` }))).toBe(`<b>n${n}</b>`);
  expect(times).toBe(21);
  // It was pushed out by the others.
  expect(String(await part({ name: '<a>' }))).toBe('<b>&lt;a&gt;</b>');
  expect(times).toBe(22);
});
