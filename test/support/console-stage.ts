/**
 * An operator's morning, for every test that looks at the console and for whoever builds its pages: a fleet of some
 * hundred accounts with half a year behind them, told in its own time and through the product's own doors. A group has
 * failed with two errors, a week is missing, a backfill is paused, a run is under way, letters were sent, refused,
 * suppressed and wait, terms have two versions, and people did things that stand in the audit log.
 */
import { composeApp } from '../../src/app.ts';
import type { App } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { type Console, startConsole } from '../../src/console/server.ts';
import { execute } from '../../src/db/query.ts';
import { type Instant, formatInstant } from '../../src/domain/calendar.ts';
import { createLog } from '../../src/log.ts';
import { addUser, linkUser } from '../../src/operations/upkeep/users.ts';
import { countOf } from './state.ts';
import { type Reply, openPostOffice } from './post-office.ts';
import { countAll } from '../../scripts/stage/count-all.ts';
import { type Fleet, DAY, STORY_DAYS, makeFleet } from '../../scripts/stage/fleet.ts';
import { INTERVIEW_TOO_MANY, MEMBER } from '../../scripts/stage/told-of.ts';
import { StagePlay } from '../../scripts/stage/play.ts';
import { installAt } from './story-time.ts';

export interface ConsoleStage {
  /** With the clock of this machine, as an operator has it. */
  readonly app: App;
  /** What a child process needs to be part of it. */
  readonly env: Readonly<Record<string, string>>;
  /** Of its console: `http://127.0.0.1:40123/`. */
  readonly url: string;
  readonly ids: StageIds;
  readonly holes: Fleet['holes'];
  /** Where somebody of that role signs in once, below `url`. Each is another person. */
  linkFor(role: 'viewer' | 'operator'): Promise<string>;
  /** Mends what made the group fail: its next rerun succeeds. */
  mend(): Promise<void>;
  /** Stops everything and drops the database. */
  end(): Promise<void>;
}

export interface StageIds {
  /** A member with much history, and the interview that gave nothing. */
  readonly member: string;
  readonly interview: string;
  /** The sweep that is under way: a worker goes on with it. */
  readonly activeRun: number;
  /** The latest one that put accounts aside. */
  readonly failedRun: number;
  /** The latest one that has ended and granted something: on some days it is another than that. */
  readonly grantedRun: number;
  readonly failedAccounts: readonly string[];
  readonly pausedBackfill: number;
  readonly refusedNotice: number;
}

const SEED = 20_201_211;
/** Enough of everything to fill the pages. */
const FLEET = { members: 330, beginNow: 90, beginSoon: 0, busyEvery: 5, late: [40, 70] } as const;
const BROKEN = { accounts: 26, byTrigger: true };

/** Takes some seconds. @param env more settings of the installation */
export async function setConsoleStage(env: Readonly<Record<string, string>> = {}): Promise<ConsoleStage> {
  const now = Date.now();
  const fleet = makeFleet(now, SEED, FLEET);
  let today = (): Instant => now;
  const refuseRecipient = (address: string): Reply | undefined => refusalOf(address, now - today() < 2 * DAY);
  const office = await openPostOffice({ refuseRecipient });
  const { installation, becomes } = await installAt(formatInstant(now - STORY_DAYS * DAY), {
    env: {
      CONNECTS_CONSOLE_PORT: '0',
      CONNECTS_SETTLE_ATTEMPTS: '1',
      CONNECTS_SWEEP_CRON: '*/30 * * * *',
      CONNECTS_DUE_ALARM: '1h',
      CONNECTS_NOTICE_MAX_AGE: '7d',
      CONNECTS_ANSWER_SECRET: 'a'.repeat(32),
      CONNECTS_MEMBER_SECRET: 'm'.repeat(32),
      CONNECTS_MEMBER_URL: 'http://127.0.0.1:8080',
      SMTP_URL: office.url,
      ...env,
    },
  });
  today = () => installation.app.clock.wallNow();
  const play = new StagePlay(installation.app, { becomes, fleet, broken: BROKEN });
  const { failedAccounts, pausedBackfill } = await play.perform(now);
  const activeRun = await play.endUnderWay(now);
  // From here on time passes by itself.
  const app = composeApp(parseConfig(installation.env), systemClock, createLog('silent'));
  await countAll(app);
  const console: Console = await startConsole(app);
  const ids = {
    member: MEMBER,
    interview: INTERVIEW_TOO_MANY,
    failedAccounts,
    pausedBackfill,
    activeRun,
    failedRun: await countOf(app.db, "SELECT MAX(run_id) FROM failures WHERE state = 'put-aside'"),
    grantedRun: await countOf(
      app.db,
      `SELECT MAX(run_id) FROM cycles JOIN runs ON runs.id = cycles.run_id
        WHERE runs.kind = 'sweep' AND runs.state <> 'running' AND cycles.code = 'granted'`,
    ),
    refusedNotice: await countOf(app.db, "SELECT MAX(id) FROM outbox WHERE state = 'refused'"),
  };
  return {
    app,
    env: installation.env,
    url: console.url,
    ids,
    holes: fleet.holes,
    linkFor: (role) => linkFor(app, role),
    mend: () => mend(app),
    end: async () => {
      await console.stop();
      await app.close();
      await installation.remove();
      await office.stop();
    },
  };
}

let people = 0;

async function linkFor({ db }: App, role: 'viewer' | 'operator'): Promise<string> {
  people += 1;
  const who = { name: `${role}-${people}`, actor: 'stage', reason: null };
  await addUser({ db }, { ...who, role });
  return `sign-in/link/${(await linkUser({ db }, who)).secret}`;
}

/** Some mailboxes are gone; one takes nothing of late. */
function refusalOf(address: string, isOfLate: boolean): Reply | undefined {
  if (/-0(012|024|108|115|120|131)@/.test(address))
    return { code: 550, words: '5.1.1 the mailbox does not exist' };
  return isOfLate && /5@/.test(address) ? { code: 452, words: '4.2.2 the mailbox is full' } : undefined;
}

async function mend({ db }: App): Promise<void> {
  await execute(db, "UPDATE accounts SET zone = 'UTC' WHERE zone = 'Mars/Olympus'");
  await db.raw('DROP TRIGGER IF EXISTS archived_accounts');
}
