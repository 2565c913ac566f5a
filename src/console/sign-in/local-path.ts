/** Where somebody goes after signing in: a page of ours, whatever an address says. */

/** Nobody is at this host: an address that leaves it leads elsewhere. */
const HERE = 'http://console.invalid';

/** @returns `/` for what is no path of this console */
export function localPath(to: string | undefined): string {
  if (to === undefined || !/^\/(?![/\\])/.test(to) || !URL.canParse(to, HERE)) return '/';
  const { origin, pathname, search } = new URL(to, HERE);
  const path = `${pathname}${search}`;
  // What is resolved may begin with two slashes, which is another host: `/.//evil.example`.
  if (origin !== HERE || path.startsWith('//') || pathname.startsWith('/sign-')) return '/';
  return path;
}
