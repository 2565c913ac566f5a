/** Files of accounts, and importing them as an operator does, into an installation of the test file's own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selectRows } from '../../src/db/query.ts';
import { type AccountRowGiven, toCells } from './accounts.ts';
import type { Ended } from './cli.ts';
import { runHere } from './in-process.ts';
import { type Installation, install } from './installation.ts';

export const HEADER = 'account_id,kind,plan,email,zone,anchor_on,tracked_from,opening_balance,status';

export const rowOf = (given: AccountRowGiven): string => Object.values(toCells(given)).join(',');
export const csvOf = (...rows: string[]): string => `${[HEADER, ...rows].join('\n')}\n`;

/** A good row in which one cell is another one. */
export const rowWith = (id: string, column: string, cell: string): string =>
  Object.entries(toCells({ id }))
    .map(([name, value]) => (name === column ? cell : value))
    .join(',');

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

export interface ImportStage {
  readonly installation: Installation;
  /** Of files; removed at the end. */
  readonly folder: string;
  readonly pathOf: (name: string) => string;
  /** Writes a file of accounts, under a name of its own. */
  readonly fileOf: (content: string | Buffer) => string;
  readonly importHere: (file: string, ...flags: string[]) => Promise<Ended>;
  readonly idsLike: (pattern: string) => Promise<string[]>;
}

/** Called once, outside of any test: there before the first test of the file, gone after the last. */
export function stageImports(): ImportStage {
  let installation: Installation;
  let folder: string;
  let files = 0;
  beforeAll(async () => {
    installation = await install();
    folder = mkdtempSync(join(tmpdir(), 'connects-import-'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await installation.remove();
  });
  const pathOf = (name: string): string => join(folder, name);
  return {
    get installation() {
      return installation;
    },
    get folder() {
      return folder;
    },
    pathOf,
    fileOf: (content) => {
      files += 1;
      const file = pathOf(`accounts-${files}.csv`);
      writeFileSync(file, content);
      return file;
    },
    importHere: (file, ...flags) =>
      runHere(['accounts', 'import', file, ...flags], { app: installation.app }),
    idsLike: async (pattern) => {
      const sql = 'SELECT id FROM accounts WHERE id LIKE ? ORDER BY id';
      return (await selectRows<{ id: string }>(installation.db, sql, [pattern])).map((row) => row.id);
    },
  };
}
