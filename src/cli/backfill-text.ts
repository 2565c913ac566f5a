/** Backfills as text. */
import { formatInstant } from '../domain/calendar.ts';
import type { Backfill, BackfillAsked, FailedItem, ItemCount } from '../ledger/backfills.ts';
import type { BackfillPlan, BackfillSample } from '../operations/backfills/backfill-plan.ts';
import { formatTable } from './context.ts';
import { listOf } from './run-text.ts';
import { counted, formatCount } from './words.ts';

/** @param command that starts it; absent where there is nothing to be started */
export function describePlan(plan: BackfillPlan, command?: string): string {
  const total = plan.cycles + plan.recorded;
  return [
    `${describeAsked(plan.asked)}, under terms version ${plan.termsVersion}`,
    ...(plan.cycles > 0 ? ['', grantTable(plan), ''] : ['nothing is to be granted']),
    ...(plan.recorded > 0 ? [`${counted(plan.recorded, 'settlement')} lost, to be recorded again`] : []),
    ...notTaken(plan),
    ...settledFirst(plan),
    ...(plan.samples.length > 0 ? ['', 'for example', ...plan.samples.map(sampleLine)] : []),
    ...(total > 0 && command !== undefined ? ['', `plan ${plan.hash}; to start it`, `  ${command}`] : []),
  ].join('\n');
}

function describeAsked({ from, to, accounts, plan }: BackfillAsked): string {
  const who = accounts
    ? counted(accounts.length, 'account')
    : plan === undefined
      ? 'all accounts'
      : `accounts on ${plan}`;
  return `cycles that began from ${from} to ${to}, of ${who}`;
}

function grantTable({ byReason, accounts, cycles, connects }: BackfillPlan): string {
  const rows = Object.entries(byReason).map(([reason, sum]) => [reason, sum.cycles, sum.connects]);
  return formatTable(
    ['reason', 'cycles', 'Connects'],
    [...rows, [`all, of ${counted(accounts, 'account')}`, cycles, connects]],
  );
}

function notTaken({ skipped, notIncluded }: BackfillPlan): string[] {
  const others = Object.keys(notIncluded);
  return [
    ...(Object.keys(skipped).length > 0 ? [`left as they are: ${listOf(skipped)}`] : []),
    ...(others.length > 0 ? [`not asked for: ${listOf(notIncluded)} (--include ${others.join(' ')})`] : []),
  ];
}

function settledFirst({ settledFirst: { accounts, cycles, connects } }: BackfillPlan): string[] {
  if (accounts === 0) return [];
  return [
    `besides: ${counted(accounts, 'account')} ${accounts === 1 ? 'is' : 'are'} due, and settled first as by a sweep: ` +
      `${counted(cycles, 'cycle')}, ${formatCount(connects)} Connects`,
  ];
}

function sampleLine({ account, cycles }: BackfillSample): string {
  const shown = cycles.slice(0, SHOWN).map((one) => `${one.cycleOn} +${one.connects} (${one.reason})`);
  const more = cycles.length > SHOWN ? `, and ${cycles.length - SHOWN} more` : '';
  return `  ${account}  ${shown.join(', ')}${more}`;
}

/** Cycles of one sample. */
const SHOWN = 4;

export function describeBackfill(
  backfill: Backfill,
  items: readonly ItemCount[],
  done: { readonly granted: number; readonly failed: number },
  failed: readonly FailedItem[],
): string {
  const { id, state, asked, planned, runId, actor, reason, createdAt, endedAt, rate } = backfill;
  return [
    `backfill ${id} ${state}: ${describeAsked(asked)}; run ${runId}`,
    `  planned   ${counted(planned.accounts, 'account')}, ${counted(planned.cycles, 'cycle')}, ${formatCount(planned.connects)} Connects`,
    `  done      ${listOf({ ...(done.granted > 0 && { 'accounts granted': done.granted }), ...(done.failed > 0 && { 'accounts failed': done.failed }) })}`,
    ...describeItems(items),
    ...failed.map((one) => `  failed    ${one.account}: ${one.code}: ${one.message}`),
    `  by ${actor}, because: ${reason}; notices ${backfill.notify}${rate === null ? '' : `, ${rate}/s`}; ` +
      `started ${formatInstant(createdAt)}${endedAt === null ? '' : `, ended ${formatInstant(endedAt)}`}`,
  ].join('\n');
}

/** A line for each way in which cycles ended. */
export const describeItems = (items: readonly ItemCount[]): string[] =>
  items.map(({ state, reason, why, accounts, cycles, connects }) => {
    const said = why === null ? reason : `${reason}: ${why}`;
    const sum = connects > 0 ? `, ${formatCount(connects)} Connects` : '';
    return `  ${state.padEnd(8)}  ${counted(cycles, 'cycle')} of ${counted(accounts, 'account')} (${said})${sum}`;
  });
