/** Addresses of servers: what may stand in their parameters, whether TLS is asked for, and how much of one is shown. */
import { readFileSync } from 'node:fs';
import { configuration, messageOf } from '../errors.ts';

/** The spellings of many drivers; TLS is the same whichever is used: the certificate and its name are verified. */
const SWITCHES = ['ssl', 'tls', 'usessl'];
const MODES = ['sslmode', 'ssl-mode', 'tlsmode', 'tls-mode'];
const AUTHORITIES = ['ssl-ca', 'sslca', 'sslrootcert', 'tls-ca', 'tlsca'];

const ON = ['1', 'true', 'yes', 'on', 'required', 'require', 'verify-ca', 'verify-full', 'verify-identity'];
const OFF = ['0', 'false', 'no', 'off', 'none', 'disable', 'disabled'];

const plain = (text: string): string => text.toLowerCase().replaceAll('_', '-');

/** Schemes that say TLS by themselves. */
const SECURE = ['rediss:', 'rediss+sentinel:', 'rediss+cluster:', 'smtps:'];
const isSocket = (url: URL): boolean => url.protocol === 'unix:' || url.searchParams.has('socketPath');

/**
 * What is wrong with an address and its parameters; undefined when nothing is. Nothing of it is repeated but
 * the names of parameters: passwords are full of @, / and ?.
 * @param own names that this kind of server has, besides those of TLS
 */
export function faultOfAddress(url: URL, own: readonly string[]): string | undefined {
  if (url.hash !== '' || /@/.test(url.pathname + url.search))
    return 'expected special characters of a password percent-encoded: @ is %40, / is %2F, ? is %3F, # is %23';
  for (const [name, value] of url.searchParams) {
    if (url.searchParams.getAll(name).length > 1) return 'a parameter is given twice';
    const known = plain(name);
    if (own.includes(name) || AUTHORITIES.includes(known)) {
      if (/\p{Cc}/u.test(value)) return `expected no control characters in the parameter ${name}`;
      continue;
    }
    if (!SWITCHES.includes(known) && !MODES.includes(known)) return unknownParameter(name, own);
    if (![...ON, ...OFF].includes(plain(value)))
      return `expected true or false, or require or verify-full, for the parameter ${name}`;
  }
  return faultOfNames(url) ?? contradictionIn(url);
}

/** Percent-encoded. A NUL would end a user's name at the server, and another user would sign in. */
const CONTROL = /%([01][\da-f]|7f|c2%[89][\da-f])/i;
const HOST = /^([\w.-]*|\[[\da-f:.]+\])$/i;

/** What no user, database or host is called. A password may be anything. */
function faultOfNames({ username, pathname, hostname }: URL): string | undefined {
  if (CONTROL.test(username)) return 'expected no control characters in the name of the user';
  if (CONTROL.test(pathname)) return 'expected no control characters in what follows the host';
  return HOST.test(hostname)
    ? undefined
    : 'expected the name of a host in letters, digits, dots and dashes; others as xn--…';
}

const unknownParameter = (name: string, own: readonly string[]): string =>
  /^[\w-]{1,30}$/.test(name)
    ? `the parameter ${name} is not known: expected ${[...own, 'ssl', 'ssl-ca'].join(', ')}`
    : 'the name of a parameter is not known';

function contradictionIn(url: URL): string | undefined {
  const asked = switchesOf(url);
  if (asked.includes(true) && asked.includes(false)) return 'TLS is both asked for and turned off';
  if (asked.includes(false) && SECURE.includes(url.protocol))
    return `${url.protocol}// asks for TLS, and a parameter turns it off`;
  if (asked.includes(false) && authorityOf(url) !== undefined)
    return 'TLS is turned off, and an authority for it is named';
  return asked.includes(true) && isSocket(url) ? 'TLS over a socket of this machine is not known' : undefined;
}

const switchesOf = (url: URL): boolean[] =>
  [...url.searchParams]
    .filter(([name]) => [...SWITCHES, ...MODES].includes(plain(name)))
    .map(([, value]) => ON.includes(plain(value)));

const authorityOf = (url: URL): string | undefined =>
  [...url.searchParams].find(([name]) => AUTHORITIES.includes(plain(name)))?.[1];

export interface Tls {
  /** Of the authority, where it is one's own; those that Node knows otherwise. */
  readonly ca?: string;
}

/** Whether an address asks for TLS, whatever the server offers. */
export const asksForTls = (url: URL): boolean =>
  SECURE.includes(url.protocol) || switchesOf(url).includes(true) || authorityOf(url) !== undefined;

/**
 * What TLS is to be set up with, where the address asks for it.
 * @throws configuration `environment` where the file of the authority cannot be read
 */
export function tlsOf(url: URL): Tls | undefined {
  if (!asksForTls(url)) return undefined;
  const file = authorityOf(url);
  if (file === undefined) return {};
  try {
    return { ca: readFileSync(file, 'utf8') };
  } catch (error) {
    throw configuration('environment', `the file of ssl-ca cannot be read: ${messageOf(error)}`);
  }
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Whether the server is on this machine. */
export const isLocal = (url: URL): boolean => isSocket(url) || LOOPBACK.test(url.hostname);

/** Schemes after which several hosts may stand, with commas between them. */
const OF_MANY = /^(rediss?\+(?:sentinel|cluster):\/\/(?:[^/?#]*@)?)([^/?#@]*)(.*)$/i;

/** An address for each of the hosts that one names, alike in all else; none where it cannot be read. */
export function membersOf(text: string): URL[] {
  const [, before = '', hosts, after = ''] = OF_MANY.exec(text) ?? [];
  const each = hosts === undefined ? [text] : hosts.split(',').map((host) => `${before}${host}${after}`);
  return each.every((one) => URL.canParse(one)) ? each.map((one) => new URL(one)) : [];
}

/** As much of an address as messages and logs may hold: the scheme, and where it leads. Never who signs in, and how. */
export function shownAddress(text: string): string {
  const members = membersOf(text);
  const [url] = members;
  if (url === undefined) return 'no address that can be read';
  const socket = url.searchParams.get('socketPath') ?? (url.protocol === 'unix:' ? url.pathname : undefined);
  return `${url.protocol}//${socket ?? members.map(({ host }) => host).join(',')}`;
}

/** `[::1]` is an address in a URL only. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

/** Where something that listens is found from the machine itself: what listens everywhere has no address to open. */
export function addressOfListener(host: string, port: number): string {
  if (['0.0.0.0', '::'].includes(host)) return `http://127.0.0.1:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
