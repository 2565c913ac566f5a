/** What stands in the audit log, in operators' words. */
import { accountAddress, runAddress } from '../parts/addresses.ts';

const ACTIONS: Readonly<Record<string, string>> = {
  'account.end-link': "One link to the member's page ended",
  'account.link': "Link to the member's page made",
  'account.unlink': "Links to the member's page taken back",
  'accounts.import': 'Accounts taken over',
  'audit.fix': 'Ledger mended',
  'audit.run': 'Ledger audited',
  'backfill.approve': 'Backfill approved',
  'backfill.cancel': 'Backfill cancelled',
  'backfill.grant': 'Backfill granted',
  'backfill.pause': 'Backfill paused',
  'backfill.rate': 'Backfill made faster or slower',
  'backfill.resume': 'Backfill resumed',
  'backfill.start': 'Backfill started',
  'balance.adjusted': 'Balance adjusted',
  'events.import': 'Events imported',
  'events.refuse': 'Waiting events refused',
  'failures.ack': 'Failure acknowledged',
  'failures.assign': 'Failure assigned',
  'failures.reopen': 'Failure reopened',
  'failures.note': 'Note on a failure',
  'failures.snooze': 'Failure put off',
  'installation.renew': 'Made an installation of its own',
  'installation.tidy': 'Queues of another number of shards taken away',
  'installation.take-over': 'Installation taken over',
  'ledger.hold': 'Ledger held',
  'ledger.release': 'Ledger released',
  'notices.hold': 'All mail held',
  'notices.release': 'Mail released',
  'notices.retry': 'Emails sent again',
  'notices.suppress': 'Emails suppressed',
  prune: 'Old records pruned',
  'run.note': 'Note on a run',
  'run.rerun': 'Rerun',
  'run.reverse': 'Run reversed',
  'run.stop': 'Run stopped',
  'run.sweep': 'Sweep by hand',
  'schema.migrate': 'Schema migrated',
  'terms.apply': 'Terms applied',
  'tokens.add': 'Token made',
  'tokens.revoke': 'Token revoked',
  'users.add': 'User added',
  'users.disable': 'User disabled',
  'users.enable': 'User enabled',
  'users.link': 'Sign-in link made',
  'users.password': 'Password set',
  'users.reset': 'Password reset',
  'users.sign-in': 'Signed in',
};

/** An action that has no words yet is told by its name. */
export const actionWords = (action: string): string => ACTIONS[action] ?? action;

/** What a person may look for: every action that has words, in their order. */
export const ACTION_CHOICES: readonly (readonly [action: string, words: string])[] = Object.entries(
  ACTIONS,
).toSorted(([, a], [, b]) => a.localeCompare(b, 'en'));

/** Where what was changed is seen; undefined where there is no page of it. */
export function addressOfTarget(target: string): string | undefined {
  const colon = target.indexOf(':');
  const [kind, id] = colon < 0 ? [target, ''] : [target.slice(0, colon), target.slice(colon + 1)];
  switch (kind) {
    case 'account':
      return accountAddress(id);
    case 'run':
      return runAddress(Number(id));
    case 'backfill':
      return `/backfills/${id}`;
    case 'notice':
      return `/emails/${id}`;
    case 'terms':
      return `/terms#version-${id}`;
    case 'mail':
      return '/emails';
    default:
      return undefined;
  }
}

/** `run 17`, `account a1`; one that is nothing but a kind as it is. */
export const targetWords = (target: string): string => target.replace(':', ' ');
