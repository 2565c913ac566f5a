/** What a request of the console carries along: who is signed in. */
import type { Context } from 'hono';
import type { Instant } from '../domain/calendar.ts';
import type { ReplicaAge } from './replica-age.ts';
import type { UserRole } from '../ledger/users.ts';
import type { SignedIn } from '../operations/upkeep/sign-in.ts';

export type { SignedIn, UserRole };

export type Section =
  'overview' | 'runs' | 'failures' | 'accounts' | 'backfills' | 'emails' | 'audit-log' | 'terms';

/** Counts beside lines of the sidebar; what could not be read is left out. */
export type Badges = Partial<Readonly<Record<Section, number>>>;

/** What the frame of a page shows besides who is signed in. */
export interface Frame {
  readonly badges: Badges;
  /** As of when it is; undefined where that is not known. */
  readonly now: Instant | undefined;
  /** How old what a page was read from is; undefined where it is the primary. */
  readonly replicaAge: ReplicaAge | undefined;
}

/** What the sign-in sets on a request before any page sees it. */
export interface ConsoleEnv {
  Variables: {
    /** Somebody, on every route that is not open to everybody. */
    user: SignedIn | undefined;
    /** To be sent along by every form that changes anything. */
    formToken: string | undefined;
    /** What the frame shows besides, for errors, which have no app to ask. */
    readFrame: (() => Promise<Frame>) | undefined;
  };
}

export type PageContext = Context<ConsoleEnv>;
