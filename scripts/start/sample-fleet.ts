/** The sample fleet of an empty database: told by a process of its own, and told anew where that was cut off. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoryLine } from '../stage/story-line.ts';
import { UPGRADED } from '../stage/told-of.ts';
import { SetupError } from '../servers/setup-error.ts';
import { asking } from './own-database.ts';

const EXIT_CONFIGURATION = 78;

/** Runs a program of ours; what it writes to stdout is heard. @returns its exit code and what it wrote to stderr */
export type Teller = (hear: (text: string) => void) => Promise<{ exitCode: number; stderr: string }>;

export interface Story {
  /** Resolves with the count of migrations when the schema is there. */
  readonly schema: Promise<number>;
  readonly told: Promise<{ readonly accounts: number; readonly facts: number }>;
  /** From then on, of each morning of the story. */
  onMorning: (on: string, percent: number) => void;
}

/** Remains while a story is being told, so that the next start knows of one that was cut off. */
const markerIn = (folder: string): string => join(folder, 'sample-fleet.unfinished');

export function beginStory(folder: string, tell: Teller): Story {
  writeFileSync(markerIn(folder), '');
  // Of another database.
  rmSync(join(folder, 'live-token'), { force: true });
  const schema = promised<number>();
  const told = promised<{ accounts: number; facts: number }>();
  // Whoever waits for neither any more is told by the other.
  schema.promise.catch(() => {});
  told.promise.catch(() => {});
  const story: Story = { schema: schema.promise, told: told.promise, onMorning: () => {} };
  let end: { accounts: number; facts: number } | undefined;
  const take = (line: StoryLine): void => {
    if (line.step === 'schema') schema.resolve(line.migrations);
    else if (line.step === 'history') story.onMorning(line.on, line.percent);
    else end = line;
  };
  const fail = (error: unknown): void => [schema, told].forEach((one) => one.reject(error));
  tell(linesTo((line) => take(JSON.parse(line) as StoryLine))).then(({ exitCode, stderr }) => {
    if (exitCode !== 0 || end === undefined)
      return fail(new SetupError(`the sample fleet ended with exit code ${exitCode}:\n${stderr}`.trimEnd()));
    rmSync(markerIn(folder), { force: true });
    return told.resolve(end);
  }, fail);
  return story;
}

function promised<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
} {
  let settle: Pick<ReturnType<typeof promised<T>>, 'resolve' | 'reject'>;
  const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }));
  return { promise, ...settle! };
}

/** Chunks as they come to whole lines. */
function linesTo(take: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(take);
  };
}

/**
 * What a story that was cut off has left is removed, so that it can be told from its beginning.
 * @param ownerUrl of a database of our own; undefined where the environment names another
 * @throws SetupError (exit 78) where it is somebody else's
 */
export async function forgetUnfinished(folder: string, ownerUrl: string | undefined): Promise<void> {
  const marker = markerIn(folder);
  if (!existsSync(marker)) return;
  if (ownerUrl === undefined)
    throw new SetupError(
      `the sample fleet in the database of DATABASE_URL was cut off as it was made: empty that database, ` +
        `or remove ${marker} to go on with what is there`,
      EXIT_CONFIGURATION,
    );
  const name = new URL(ownerUrl).pathname.slice(1);
  await asking(ownerUrl, async (connection) => {
    await connection.query(`DROP DATABASE ${name}`);
    await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
  });
  rmSync(join(folder, 'inbox'), { recursive: true, force: true });
  rmSync(marker);
}

/** How many accounts there are, and whether they are the sample fleet's; the schema has to be there. */
export const lookAtAccounts = (url: string): Promise<{ accounts: number; isSample: boolean }> =>
  asking(url, async (connection) => {
    const [rows] = await connection.query(
      'SELECT COUNT(*) AS accounts, COUNT(CASE WHEN id = ? THEN 1 END) AS known FROM accounts',
      [UPGRADED],
    );
    const { accounts, known } = (rows as [{ accounts: number; known: number }])[0];
    return { accounts, isSample: known > 0 };
  });
