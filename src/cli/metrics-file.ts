/** Metrics for a node exporter: a file that is there whole, or as it was before, never by halves. */
import { access, constants, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { invalidInput, messageOf } from '../errors.ts';
import { measure } from '../operations/measure.ts';
import { type Cli, say } from './context.ts';

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
  } catch (error) {
    throw invalidInput('metrics-file', `--metrics-file ${path} cannot be written: ${messageOf(error)}`);
  }
}

/**
 * Never the reason for which a sweep fails: what cannot be measured leaves the file as it was, and its age tells.
 */
export async function writeMetrics(cli: Cli, path: string): Promise<void> {
  const { db, clock, outages, inspector, tally, config } = cli.app;
  const unfinished = `${path}.${process.pid}`;
  try {
    await writeFile(unfinished, await measure({ db, clock, outages, inspector, tally, settings: config }));
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    say(cli, `--metrics-file ${path} could not be written: ${messageOf(error)}`);
  }
}
