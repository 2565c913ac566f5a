/** Metrics for a node exporter: a file that is there whole, or as it was before, never by halves. */
import { access, constants, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { invalidInput, messageOf } from '../errors.ts';
import { measure } from '../operations/upkeep/measure.ts';
import { type Cli, say } from './context.ts';
import { kindOf } from './file-faults.ts';

/** A node exporter reads no other files. */
const ENDING = '.prom';

/** @throws invalid-input `metrics-file` when it could not be written: said before the work, not after it */
export async function requireMetricsPlace(path: string): Promise<void> {
  if (!path.endsWith(ENDING))
    throw invalidInput('metrics-file', `--metrics-file ${path}: expected a name that ends in ${ENDING}`);
  const folder = dirname(path);
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    if (!(await stat(folder)).isDirectory()) throw new Error(`${folder} is not a folder`);
    // It would be gone, with a file in its place.
    const found = await stat(path).catch(() => undefined);
    if (found && !found.isFile()) throw new Error(`it is ${kindOf(found)}: expected a file`);
  } catch (error) {
    throw invalidInput('metrics-file', `--metrics-file ${path} cannot be written: ${messageOf(error)}`);
  }
}

/** A pass may last: an alert on the age of the file must not take that for a cron job that does not run. */
const EVERY_MS = 30_000;

/**
 * Leaves the metrics every half minute while `work` is under way, and once more when it has ended. Never the reason for
 * which a sweep fails: what cannot be measured leaves the file as it was, and its age tells.
 */
export async function withMetrics(cli: Cli, path: string, work: () => Promise<void>): Promise<void> {
  const ended = new AbortController();
  const writing = writeUntil(cli, path, ended.signal);
  try {
    await work();
  } finally {
    ended.abort();
    await writing;
    const trouble = await writeMetrics(cli, path);
    if (trouble !== undefined) say(cli, `--metrics-file ${path} could not be written: ${trouble}`);
  }
}

/** What goes wrong meanwhile is told of by the work, which meets the same servers. */
async function writeUntil(cli: Cli, path: string, ended: AbortSignal): Promise<void> {
  const { clock } = cli.app;
  for (await clock.sleep(EVERY_MS, ended); !ended.aborted; await clock.sleep(EVERY_MS, ended))
    await writeMetrics(cli, path);
}

/** Undefined when it went well; else what stood in the way. */
async function writeMetrics(cli: Cli, path: string): Promise<string | undefined> {
  const { db, readDb, clock, outages, inspector, tally, config } = cli.app;
  const unfinished = `${path}.${process.pid}`;
  try {
    const deps = { db, readDb, clock, outages, inspector, tally, settings: config };
    await writeFile(unfinished, await measure(deps));
    await rename(unfinished, path);
    return undefined;
  } catch (error) {
    await rm(unfinished, { force: true });
    return messageOf(error);
  }
}
