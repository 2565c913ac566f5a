/** What was just done about emails, told once on the page that it led to. */
import { grouped } from '../parts/numbers.tsx';
import { Say } from '../parts/say.tsx';
import type { PageContext } from '../site.ts';

const DONE: Readonly<Record<string, (count: string) => string>> = {
  retry: (count) => `Done: ${count} will be sent again.`,
  suppress: (count) => `Done: ${count} will not be sent.`,
  hold: () => 'Done: all mail is held.',
  release: () => 'Done: mail flows again.',
};

export function Done({ context }: { readonly context: PageContext }) {
  const sentence = DONE[context.req.query('did') ?? ''];
  const count = Number(context.req.query('count') ?? 0);
  if (sentence === undefined || !Number.isSafeInteger(count)) return <></>;
  return (
    <Say
      tone="ok"
      role="status"
      sentence={sentence(`${grouped(count)} ${count === 1 ? 'email' : 'emails'}`)}
    />
  );
}
