/** Parts of pages that are drawn of thousands of elements, and are the same at most looks: drawn once, and kept as text. */
import { raw } from 'hono/html';
import { toHtml } from './render.tsx';

/** What one part looked like lately: as different people may see it, and as it was a moment ago. */
const KEPT = 8;

/** @param draw what is drawn depends on its props alone, which JSON can hold */
export function drawnBefore<Props extends object>(draw: (props: Props) => Parameters<typeof toHtml>[0]) {
  const kept = new Map<string, ReturnType<typeof raw>>();
  return async (props: Props): Promise<ReturnType<typeof raw>> => {
    const key = JSON.stringify(props);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const drawn = raw(await toHtml(draw(props)));
    const [oldest] = kept.keys();
    if (kept.size >= KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(key, drawn);
    return drawn;
  };
}
