/** Somebody before the console, by plain HTTP: signed in as a viewer or an operator, or as nobody. */
import { addUser, linkUser } from '../../src/operations/upkeep/users.ts';
import { useLink } from '../../src/operations/upkeep/sign-in.ts';
import { formTokenOf } from '../../src/console/sign-in/form-token.ts';
import type { Installation } from './installation.ts';

export type Fields = Readonly<Record<string, string | readonly string[]>>;

let made = 0;

export class Client {
  readonly #url: string;
  readonly name: string;
  readonly session: string | undefined;

  private constructor(url: string, name: string, session: string | undefined) {
    this.#url = url.replace(/\/$/, '');
    this.name = name;
    this.session = session;
  }

  static nobody = (url: string): Client => new Client(url, '', undefined);
  static of = (url: string, session: string): Client => new Client(url, '', session);

  /** A user of its own. @param url of the console */
  static async signedIn(
    { app }: Pick<Installation, 'app'>,
    url: string,
    role: 'viewer' | 'operator',
  ): Promise<Client> {
    made += 1;
    const of = { name: `${role}-${made}`, actor: 'test', reason: null };
    await addUser(app, { ...of, role });
    const { secret } = await linkUser(app, of);
    const used = await useLink(app, { secret, password: undefined });
    if (used.outcome !== 'signed-in') throw new Error(`could not sign in: ${used.outcome}`);
    return new Client(url, of.name, used.session);
  }

  /** The hidden field of every form of this session. */
  get token(): string {
    return this.session === undefined ? '' : formTokenOf(this.session);
  }

  get cookie(): string {
    return this.session === undefined ? '' : `__Host-connects=${this.session}`;
  }

  /** As a browser asks for a page; redirects are answers. */
  ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { Accept: 'text/html', Cookie: this.cookie, ...(init.headers as Record<string, string>) };
    return fetch(`${this.#url}${path}`, { redirect: 'manual', ...init, headers });
  }

  async read(path: string): Promise<string> {
    const answer = await this.ask(path);
    if (answer.status !== 200) throw new Error(`${path} was answered with ${answer.status}`);
    return answer.text();
  }

  /** Sends a form of a page of the console; its token and where it comes from are right unless others are given. */
  send(path: string, fields: Fields = {}, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    const body = new URLSearchParams({ token: this.token });
    for (const [name, value] of Object.entries(fields)) {
      body.delete(name);
      for (const one of [value].flat()) body.append(name, one as string);
    }
    const from = { Origin: this.#url, 'Sec-Fetch-Site': 'same-origin' };
    return this.ask(path, { method: 'POST', body, headers: { ...from, ...headers } });
  }
}
