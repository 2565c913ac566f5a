/** Drills: what the runbook says, command by command, as an operator types it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorker } from '../../jobs/start-worker.ts';
import { ACCOUNT_COLUMNS } from '../../src/operations/accounts/account-rows.ts';
import { type AccountRowGiven, toCells } from './accounts.ts';
import type { Ended } from './cli.ts';
import { runHere } from './in-process.ts';
import { type Installation, install } from './installation.ts';

export interface Drill {
  readonly installation: Installation;
  /** One command line, without its `connects`; words in quotes are one. @throws unless it ends with 0 */
  run(line: string): Promise<string>;
  /** The same, where another end is expected. */
  ended(line: string): Promise<Ended>;
  /** A file in the drill's own folder; its path. */
  file(name: string, text: string): string;
  csv(name: string, rows: readonly AccountRowGiven[]): string;
  end(): Promise<void>;
}

export async function beginDrill(): Promise<Drill> {
  const installation = await install({ env: { SMTP_URL: '' } });
  const folder = mkdtempSync(join(tmpdir(), 'connects-drill-'));
  // Without SMTP_URL nothing is sent, and the outbox keeps what would be.
  const given = { app: installation.app, processes: { startWorker } };
  const ended = (line: string): Promise<Ended> => runHere(wordsOf(line), given);
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  return {
    installation,
    ended,
    run: async (line) => {
      const { code, stdout, stderr } = await ended(line);
      if (code !== 0) throw new Error(`connects ${line}: exit ${code}\n${stdout}${stderr}`);
      return stdout;
    },
    file,
    csv: (name, rows) => {
      const columns = ACCOUNT_COLUMNS.filter((column) => column !== 'readiness_awarded');
      const lines = rows.map(toCells).map((cells) => columns.map((column) => cells[column] ?? '').join(','));
      return file(name, [columns.join(','), ...lines, ''].join('\n'));
    },
    end: async () => {
      rmSync(folder, { recursive: true });
      await installation.remove();
    },
  };
}

const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

/** A date some days before today, in UTC. */
export const daysAgo = (days: number): string =>
  new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

/** The same day some months earlier; the first of a month where that day would be in doubt. */
export function monthsBefore(on: string, months: number): string {
  const at = new Date(`${on.slice(0, 8)}01T00:00:00Z`);
  at.setUTCMonth(at.getUTCMonth() - months);
  const day = Math.min(Number(on.slice(8)), 28);
  return `${at.toISOString().slice(0, 8)}${String(day).padStart(2, '0')}`;
}
