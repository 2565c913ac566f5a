/** What a request of the console carries along: who is signed in. */
import type { Context } from 'hono';
import type { UserRole } from '../ledger/users.ts';
import type { SignedIn } from '../operations/upkeep/sign-in.ts';

export type { SignedIn, UserRole };

/** What the sign-in sets on a request before any page sees it. */
export interface ConsoleEnv {
  Variables: {
    /** Somebody, on every route that is not open to everybody. */
    user: SignedIn | undefined;
    /** To be sent along by every form that changes anything. */
    formToken: string | undefined;
  };
}

export type PageContext = Context<ConsoleEnv>;
