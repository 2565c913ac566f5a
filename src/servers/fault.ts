/** What an error of a server is, whichever server: src/servers holds a table for each kind of them. */

/**
 * row: this row is refused, whoever tries.
 * replay: the transaction lost a race; it is run anew.
 * server-away: it cannot be reached, or stopped answering.
 * server-refuses: it is there, and takes nothing from anybody for now.
 * configuration: it will not take us before a person mends something.
 */
export type FaultClass = 'row' | 'replay' | 'server-away' | 'server-refuses' | 'configuration';

export interface ServerFault {
  /** An errno of MariaDB or MySQL, the word a reply of Redis begins with, a code of Node, or of an SMTP reply. */
  readonly code: string;
  readonly class: FaultClass;
  /** In a few words. */
  readonly said: string;
  /** The sentence that mends it. `{server}` stands for the server's name. */
  readonly mend: string;
  /** The connection that said so goes on saying it: it is not used again. */
  readonly drops: boolean;
}

/** Of one class, mended by one sentence: what each code says. */
export const faults = (
  of: FaultClass,
  mend: string,
  codes: Readonly<Record<string, string>>,
  { drops = false } = {},
): ServerFault[] => Object.entries(codes).map(([code, said]) => ({ code, class: of, said, mend, drops }));

export const AGAIN = 'Try again; if it stays, look into the log of the server.';
export const ELSEWHERE = 'Something else than {server} answers there: correct host and port in the address.';
export const LOGIN = 'User or password is refused: check both in the address.';
