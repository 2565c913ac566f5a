/** Starting processes that will be killed. Loading takes them longer than dying, so each is started ahead of its turn. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { SettleSettings } from '../../src/operations/settling/settle-accounts.ts';

export interface KillPoint {
  /** Counted from 1, over all that it says to the database. */
  readonly statement: number;
  /** `sent`: on its way, its reply lost. `end`: all is done and nobody was told. */
  readonly moment: 'before' | 'sent' | 'end';
}

/** What a victim is to do: settle these accounts for an open run, and die on the way. */
export interface Orders {
  readonly databaseUrl: string;
  readonly run: number;
  readonly accounts: readonly string[];
  readonly settings: SettleSettings;
  readonly kill?: KillPoint;
  /** The beginning of a statement before which it freezes, until it is told to go on. */
  readonly freezeBefore?: string;
  /** After how many silent seconds the server undoes its transactions; as every session of ours has it when absent. */
  readonly idleS?: number;
}

/** For `working-victim.ts`: works for this installation, and dies before its first commit, or with all done and nobody told. */
export interface WorkingOrders {
  readonly env: Readonly<Record<string, string>>;
  readonly dieBefore: 'commit' | 'acknowledgement';
  /** That wait for it. */
  readonly jobs: number;
}

/** For `delivering-victim.ts`: sends what is staged, and dies before it is marked. */
export interface DeliveringOrders {
  readonly env: Readonly<Record<string, string>>;
}

/** For `alerting-victim.ts`: tells what is the matter, and dies before it does, or before it is marked. */
export interface AlertingOrders {
  readonly env: Readonly<Record<string, string>>;
  readonly dieBefore: 'post' | 'mark';
}

export interface Victim {
  readonly child: ChildProcess;
  readonly loaded: Promise<unknown>;
}

/** What starts one: compiled and kept, as the command line is. */
export const VICTIM = join(__dirname, 'start-victim.js');

const started: ChildProcess[] = [];
// One that a failed test left frozen would keep the whole run from ending.
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
});

export function loadVictim(script = 'victim.ts'): Victim {
  const child = spawn(process.execPath, [VICTIM, script], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // JSON has no Infinity, which is how "no limit" is said.
    serialization: 'advanced',
  });
  started.push(child);
  return { child, loaded: once(child, 'message') };
}

/** Resolves with the signal that ended it; null when it lived to the end. */
export async function killVictim(
  { child, loaded }: Victim,
  orders: Orders | WorkingOrders | DeliveringOrders | AlertingOrders,
): Promise<string | null> {
  await loaded;
  const gone = once(child, 'exit');
  child.send(orders);
  const [, signal] = (await gone) as [number | null, string | null];
  return signal;
}

/** Lets a victim live, and returns what it said to the database. */
export async function listStatements({ child, loaded }: Victim, orders: Orders): Promise<readonly string[]> {
  await loaded;
  const answered = once(child, 'message');
  const gone = once(child, 'exit');
  child.send(orders);
  const [answer] = (await answered) as [{ statements?: readonly string[]; error?: string }];
  await gone;
  if (!answer.statements) throw new Error(answer.error ?? 'the victim ended without an answer');
  return answer.statements;
}
