/**
 * The next one is made while the last one is used: one, and never more of them. What making it throws is thrown where it
 * would have been used.
 */
export async function* oneAhead<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
  const making = items[Symbol.asyncIterator]();
  let next = make(making);
  try {
    for (;;) {
      const made = await next;
      if (made.done) return;
      next = make(making);
      yield made.value;
    }
  } finally {
    // Whoever leaves early leaves nothing under way, and closes what it is made of.
    await next.catch(() => undefined);
    await making.return?.();
  }
}

function make<Item>(making: AsyncIterator<Item>): Promise<IteratorResult<Item, unknown>> {
  const made = making.next();
  // Looked at later: until then it is no rejection that nobody handles.
  made.catch(() => undefined);
  return made;
}
