/** What a request of the console carries along: who is signed in. */
import type { Context } from 'hono';
import type { Instant } from '../domain/calendar.ts';

export type UserRole = 'viewer' | 'operator';

/** Who is signed in. */
export interface SignedIn {
  readonly name: string;
  readonly role: UserRole;
  readonly signedInAt?: Instant;
}

/** What the sign-in sets on a request before any page sees it. */
export interface ConsoleEnv {
  Variables: {
    user: SignedIn | undefined;
    /** To be sent along by every form that changes anything. */
    formToken: string | undefined;
  };
}

export type PageContext = Context<ConsoleEnv>;
