/**
 * Fills an empty database with half a year: a small fleet and what happened to it, told in its own time. Prints a line of
 * JSON for each step and each morning, a `StoryLine`; the servers are those that the environment names.
 */
import type { App } from '../../src/app.ts';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { type Config, parseConfig, required } from '../../src/config.ts';
import { connectDatabase } from '../../src/db/connection.ts';
import { selectOne } from '../../src/db/query.ts';
import { type Instant, formatInstant } from '../../src/domain/calendar.ts';
import { createLog } from '../../src/log.ts';
import { migrateDatabase } from '../../src/operations/upkeep/migrate-database.ts';
import { countAll } from './count-all.ts';
import { type Fleet, DAY, STORY_DAYS, makeFleet } from './fleet.ts';
import { followClock } from './follow-clock.ts';
import { ManualClock } from './manual-clock.ts';
import { peopleOfTour } from './people.ts';
import { StagePlay } from './play.ts';
import type { StoryLine } from './story-line.ts';

const SEED = 20_201_211;
/** Small enough to be told in seconds. */
const FLEET = { members: 120, beginNow: 30, beginSoon: 10, busyEvery: 8, late: [8, 14] } as const;
const BROKEN = { accounts: 2, byTrigger: false };
/** One attempt, because nobody waits for others in the past. */
const SETTINGS = {
  CONNECTS_SETTLE_ATTEMPTS: '1',
  CONNECTS_LOG_LEVEL: 'silent',
  CONNECTS_NOTICE_MAX_AGE: '7d',
  CONNECTS_MAIL_RATE: '5000',
};

const say = (line: StoryLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

async function tell(): Promise<void> {
  const now = Date.now();
  const began = now - STORY_DAYS * DAY;
  const config = parseConfig({ ...process.env, ...SETTINGS });
  const clock = new ManualClock(began);
  say({ step: 'schema', migrations: await prepareSchema(config, clock) });
  const app = composeApp(config, clock, createLog('silent'));
  followClock(app.db, clock);
  const fleet = makeFleet(now, SEED, { ...FLEET, more: peopleOfTour(now) });
  await play(app, fleet, { clock, now, began });
  await app.close();
  const present = composeApp(config, systemClock, createLog('silent'));
  await countAll(present);
  const counted = await selectOne<{ accounts: number }>(
    present.db,
    'SELECT COUNT(*) AS accounts FROM accounts',
  );
  await present.close();
  say({ step: 'told', accounts: counted?.accounts ?? 0, facts: fleet.events.length });
}

/** The schema, and terms of the story's time. @returns how many migrations were applied */
async function prepareSchema(config: Config, clock: ManualClock): Promise<number> {
  const appUrl = required(config, 'databaseUrl');
  const ownerUrl = config.migrateDatabaseUrl ?? appUrl;
  const owner = connectDatabase(ownerUrl, 1);
  followClock(owner, clock);
  const other = ownerUrl === appUrl ? undefined : appUrl;
  const { applied } = await migrateDatabase({ ownerUrl, owner, appUrl: other });
  await owner.destroy();
  return applied.length;
}

async function play(
  app: App,
  fleet: Fleet,
  { clock, now, began }: { clock: ManualClock; now: Instant; began: Instant },
): Promise<void> {
  const becomes = (at: Instant): void => clock.pass(at - clock.wallNow());
  const onMorning = (at: Instant): void =>
    say({
      step: 'history',
      on: formatInstant(at).slice(0, 10),
      percent: Math.round((100 * (at - began)) / (now - began)),
    });
  const told = new StagePlay(app, { fleet, becomes, broken: BROKEN, onMorning });
  await told.perform(now);
  await told.endTicking(now);
}

tell().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  // Whatever is open still would keep it waiting.
  process.exit(1);
});
