/** Members' stories for tests: an installation per file, an account per test, real events, and questions about them. */
import type { App } from '../../src/app.ts';
import type { Database } from '../../src/db/connection.ts';
import type { MemberEvent } from '../../src/domain/events/events.ts';
import type { EventOutcome } from '../../src/operations/events/record-events.ts';
import { type AccountRowGiven, importRows } from './accounts.ts';
import { type Asked, asker } from './asking.ts';
import { type Fields, fact, record } from './facts.ts';
import { type Installation, install } from './installation.ts';

export interface MemberStory {
  readonly app: App;
  readonly db: Database;
  /** The account of the test that runs. */
  readonly member: string;
}

let installation: Installation;
let member = '';
let accounts = 0;
let eventNo = 0;

/** To be called once in a test file, outside of tests. */
export function memberStory(): MemberStory {
  beforeAll(async () => {
    installation = await install();
  });
  afterAll(() => installation.remove());
  beforeEach(() => {
    accounts += 1;
    member = `member-${accounts}`;
  });
  return {
    get app() {
      return installation.app;
    },
    get db() {
      return installation.db;
    },
    get member() {
      return member;
    },
  };
}

export const ask = (account: string, ...flags: readonly string[]): Promise<Asked> =>
  asker(installation.app)(account, ...flags);

/** An event of this test's account. */
export function event(at: string, type: string, fields: Fields = {}): MemberEvent {
  eventNo += 1;
  return fact(`e${eventNo}`, member, at, type, fields);
}

export const tell = (...events: readonly MemberEvent[]): Promise<EventOutcome[]> =>
  record(installation.app, events);

/** Takes the account over as it was: on Basic in UTC, anchored and tracked on 2021-03-01 unless told otherwise. */
export const existing = (given: Omit<AccountRowGiven, 'id'> = {}): Promise<void> =>
  importRows(installation.app, [{ id: member, anchorOn: '2021-03-01', ...given }]);

export const opened = (at: string, fields: Fields = {}): MemberEvent =>
  event(at, 'account.opened', { kind: 'freelancer', plan: 'basic', email: 'm@example.test', ...fields });
export const submitted = (at: string, n: number, connects = 6): MemberEvent =>
  event(at, 'proposal.submitted', { proposal: `p${n}`, connects });
export const requested = (at: string, n: number): MemberEvent =>
  event(at, 'interview.requested', { interview: `i${n}`, proposal: `p${n}` });
export const replied = (at: string, n: number): MemberEvent =>
  event(at, 'interview.replied', { interview: `i${n}` });

/** A proposal, the client's request and the member's reply, all within one hour. */
export const interviewed = (day: string, n: number): MemberEvent[] => [
  submitted(`${day} 09:10`, n),
  requested(`${day} 09:30`, n),
  replied(`${day} 10:00`, n),
];

/** Since when the rules hold by which most stories are decided. */
export const DECEMBER = { effectiveFrom: '2020-12-01', termsVersion: 1 };
export const JULY = { effectiveFrom: '2021-07-23', termsVersion: 1 };
