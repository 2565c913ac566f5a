/** Every page of the console, as the stage furnishes it: for tests that go through all of them, and for pictures. */
import type { ConsoleStage } from './console-stage.ts';

export interface ConsolePage {
  /** Of its picture. */
  readonly name: string;
  /** Below the console's address, such as `runs/7`. */
  readonly path: string;
  /** 200 where it is not given. */
  readonly status?: number;
  /** It does what it shows, and rolls it back: it takes as long as that does. */
  readonly isTried?: true;
}

export const consolePages = ({ ids, holes }: Pick<ConsoleStage, 'ids' | 'holes'>): ConsolePage[] => [
  { name: 'sign-in', path: 'sign-in' },
  { name: 'password', path: 'password' },
  { name: 'overview', path: '' },
  { name: 'runs', path: 'runs' },
  { name: 'run', path: `runs/${ids.failedRun}` },
  { name: 'run-active', path: `runs/${ids.activeRun}` },
  { name: 'run-reverse', path: `runs/${ids.grantedRun}/reverse`, isTried: true },
  { name: 'failures', path: 'failures' },
  { name: 'failures-one', path: `failures?account=${ids.failedAccounts[0]}&do=snooze` },
  { name: 'accounts', path: 'accounts' },
  { name: 'account', path: `accounts/${ids.member}` },
  { name: 'account-failed', path: `accounts/${ids.failedAccounts[0]}` },
  { name: 'account-asked', path: `accounts/${ids.member}?about=${ids.interview}&type=grants&why=1` },
  { name: 'account-adjust', path: `accounts/${ids.member}/adjust` },
  { name: 'account-link', path: `accounts/${ids.member}/link` },
  { name: 'account-events', path: `accounts/${ids.member}/events` },
  { name: 'account-emails', path: `accounts/${ids.member}/emails` },
  { name: 'account-audit', path: `accounts/${ids.member}/audit` },
  { name: 'backfills', path: 'backfills' },
  { name: 'backfill-new', path: `backfills/new?from=${holes.open.from}&to=${holes.open.to}` },
  { name: 'backfill', path: `backfills/${ids.pausedBackfill}` },
  { name: 'emails', path: 'emails' },
  { name: 'email', path: `emails/${ids.refusedNotice}` },
  { name: 'audit-log', path: 'audit-log' },
  { name: 'terms', path: 'terms' },
  { name: 'search', path: 'search?q=freelancer' },
  { name: 'not-found', path: 'nothing-here', status: 404 },
];
