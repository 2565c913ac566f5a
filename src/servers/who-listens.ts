/**
 * Who listens at an address, where a client of ours gets no answer that it understands. Some servers say by themselves what
 * they are, or why they take nobody; others answer a line that is in no protocol but that of Redis.
 */
import { type NetConnectOpts, connect } from 'node:net';

/** For what is said unasked, and then for an answer. */
const WAIT_MS = 500;

export interface Listener {
  /** In words, such as `an HTTP server`; undefined where nothing tells. */
  readonly is: string | undefined;
  /** What it said, byte by byte; empty where it said nothing, or nobody is there. */
  readonly said: string;
}

export const REDIS = 'Redis';
export const DATABASE = 'MariaDB or MySQL';
export const MAIL = 'a mail server';

/** By what they say first. */
const KNOWN: [is: string, says: RegExp][] = [
  [DATABASE, /^[^]{3}\0[\n\xff]/],
  ['an HTTP server', /^HTTP\/\d/],
  [MAIL, /^(220|421|554)[ -].*\r?\n/],
  ['an SSH server', /^SSH-\d/],
  [REDIS, /^(\+PONG|-[A-Z]{3,})\b/],
];

/** Nothing that is answered is believed beyond its kind; a server that hangs is told so within a second. */
export async function whoListens(at: NetConnectOpts): Promise<Listener> {
  const said = await listenTo(at);
  return { is: KNOWN.find(([, says]) => says.test(said))?.[0], said };
}

function listenTo(at: NetConnectOpts): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(at).setEncoding('latin1');
    let said = '';
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(said);
    };
    const ask = (): void => {
      if (said !== '' || socket.connecting) return end();
      socket.write('PING\r\n');
      timer = setTimeout(end, WAIT_MS);
    };
    let timer = setTimeout(ask, WAIT_MS);
    socket.on('data', (part: string) => {
      said += part;
      if (said.length > SAID_MAX || said.includes('\n')) end();
    });
    socket.once('end', end).once('error', end);
  });
}

/** Much more than any greeting. */
const SAID_MAX = 1_000;

/** For the tables of src/servers: somebody else is there. */
export const otherServer = (is: string): Error =>
  Object.assign(new Error(`${is} listens there`), { code: 'ANOTHER_SERVER' });
