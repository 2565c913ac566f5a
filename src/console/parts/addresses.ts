/** Addresses that carry filters: a page is what its address says, so that it can be sent to somebody else. */

export type Query = Readonly<Record<string, string | number | undefined>>;

/** `/failures?code=x`, with what is undefined or empty left out. */
export function addressOf(path: string, query: Query = {}): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') asked.set(name, String(value));
  const text = asked.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** An account's page; ids may hold anything. */
export const accountAddress = (id: string): string => `/accounts/${encodeURIComponent(id)}`;

export const runAddress = (id: number): string => `/runs/${id}`;
