/** A story told in its own time: this process' clock and the database's both stand where the test has moved them. */
import { type Instant, parseInstant } from '../../src/domain/calendar.ts';
import { instantText } from '../domain/playing.ts';
import { migrateDatabase } from '../../src/operations/upkeep/migrate-database.ts';
import { type Installation, type InstallationOptions, install } from './installation.ts';
import { followClock } from '../../scripts/stage/follow-clock.ts';
import { ManualClock } from '../../scripts/stage/manual-clock.ts';

export interface StoryTime {
  readonly installation: Installation;
  /** From here on it is that instant, for the product and for its database: `'2021-03-02 10:00'`, in UTC. */
  readonly becomes: (at: string | Instant) => void;
}

/** An installation whose time is the test's: what is recorded at an instant of the story was posted at that instant. */
export async function installAt(
  at: string,
  options: Omit<InstallationOptions, 'clock' | 'migrated'> = {},
): Promise<StoryTime> {
  const clock = new ManualClock(instantOf(at));
  const installation = await install({ ...options, clock, migrated: false });
  const { app, env } = installation;
  followClock(app.db, clock);
  // The terms are of the story's time, too.
  await migrateDatabase({ ownerUrl: env.DATABASE_URL as string, owner: app.db, appUrl: undefined });
  return {
    installation,
    becomes: (next) => clock.pass((typeof next === 'number' ? next : instantOf(next)) - clock.wallNow()),
  };
}

const instantOf = (at: string): Instant => {
  const instant = parseInstant(instantText(at));
  if (instant === undefined) throw new Error(`no instant: ${at}`);
  return instant;
};
