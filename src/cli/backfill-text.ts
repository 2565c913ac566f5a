/** Backfills as text. */
import { type Instant, formatInstant } from '../domain/calendar.ts';
import { formatWindow } from '../domain/corrections/window.ts';
import type { FailedItem, ItemCount } from '../ledger/backfill-items.ts';
import type { Backfill, BackfillAsked } from '../ledger/backfills.ts';
import type { BackfillPlan, BackfillSample } from '../operations/backfills/backfill-plan.ts';
import { FACTS_INDENT, folded } from './prose.ts';
import { stateTone } from './run-text.ts';
import { type Screen, type Words, linesOf, toned } from './screen.ts';
import { formatTable } from './table.ts';
import { counted, formatCount, listOf } from './words.ts';

/** @param start absent where there is nothing to be started */
export function describePlan(
  screen: Screen,
  plan: BackfillPlan,
  start?: { readonly command: string; readonly needsApproval: boolean },
): Words {
  const total = plan.cycles + plan.recorded;
  const said = (lines: readonly Words[]): Words[] => lines.map((one) => folded(screen, one));
  return linesOf([
    ...said([`${describeAsked(plan.asked)}, under terms version ${plan.termsVersion}`]),
    ...(plan.cycles > 0 ? ['', grantTable(screen, plan), ''] : ['nothing is to be granted']),
    ...(plan.recorded > 0 ? [`${counted(plan.recorded, 'settlement')} lost, to be recorded again`] : []),
    ...said(notTaken(plan)),
    ...said(settledFirst(plan)),
    ...(plan.samples.length > 0
      ? ['', 'for example', ...plan.samples.map((one) => folded(screen, sampleLine(one), 4))]
      : []),
    ...(total > 0 && start ? ['', `plan ${plan.hash}; to start it`, `  ${start.command}`] : []),
    ...(total > 0 && start?.needsApproval === true
      ? [toned('act', 'it will wait for the approval of a second person')]
      : []),
  ]);
}

function describeAsked({ from, to, accounts, plan }: BackfillAsked): string {
  const who = accounts
    ? counted(accounts.length, 'account')
    : plan === undefined
      ? 'all accounts'
      : `accounts on ${plan}`;
  return `cycles that began from ${from} to ${to}, of ${who}`;
}

function grantTable(screen: Screen, { byReason, accounts, cycles, connects }: BackfillPlan): Words {
  const rows = Object.entries(byReason).map(([reason, sum]) => [reason, sum.cycles, sum.connects]);
  return formatTable(
    screen,
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

/** Which command goes on with one that waits for a second person. */
export const approvalWords = ({ id, actor, planned }: Backfill): string =>
  `it would grant ${formatCount(planned.connects)} Connects, and waits until somebody else than ${actor} approves it: ` +
  `"connects backfill approve ${id} --reason R --yes"`;

export const goesOnWords = (at: Instant): string => `it goes on at ${formatInstant(at)}`;

export function describeBackfill(
  screen: Screen,
  backfill: Backfill & { readonly goesOnAt: Instant | null },
  items: readonly ItemCount[],
  done: { readonly granted: number; readonly failed: number },
  failed: readonly FailedItem[],
): Words {
  const { id, state, asked, planned, runId, actor, reason, createdAt, endedAt, rate } = backfill;
  const retry = endedAt !== null && done.failed > 0;
  const facts = [
    `  planned   ${counted(planned.accounts, 'account')}, ${counted(planned.cycles, 'cycle')}, ${formatCount(planned.connects)} Connects`,
    `  done      ${listOf({ ...(done.granted > 0 && { 'accounts granted': done.granted }), ...(done.failed > 0 && { 'accounts failed': done.failed }) })}`,
    ...describeItems(items),
    ...failed.map((one) => `  failed    ${one.account}: ${one.code}: ${one.message}`),
    ...(retry
      ? [`  failed    "connects backfill retry ${id} --reason R --yes --work" tries these alone again`]
      : []),
    ...whenLines(backfill),
    `  by ${actor}, because: ${reason}; notices ${backfill.notify}${rate === null ? '' : `, ${rate}/s`}; ` +
      `started ${formatInstant(createdAt)}${endedAt === null ? '' : `, ended ${formatInstant(endedAt)}`}`,
  ];
  return linesOf([
    folded(screen, [
      `backfill ${id} `,
      toned(stateTone(state), state),
      `: ${describeAsked(asked)}; run ${runId}`,
    ]),
    ...facts.map((one) => folded(screen, one, FACTS_INDENT)),
  ]);
}

/** What it waits for, and who let it begin. */
function whenLines(backfill: Backfill & { readonly goesOnAt: Instant | null }): string[] {
  const { state, window, goesOnAt, approvedBy, approvedAt } = backfill;
  const goesOn = goesOnAt === null ? '' : `: ${goesOnWords(goesOnAt)}`;
  return [
    ...(state === 'awaiting-approval' ? [`  waits     ${approvalWords(backfill)}`] : []),
    ...(window === null ? [] : [`  window    ${formatWindow(window)}${goesOn}`]),
    ...(approvedBy === null || approvedAt === null
      ? []
      : [`  approved  by ${approvedBy}, ${formatInstant(approvedAt)}`]),
  ];
}

/** A line for each way in which cycles ended. */
export const describeItems = (items: readonly ItemCount[]): string[] =>
  items.map(({ state, reason, why, accounts, cycles, connects }) => {
    const said = why === null ? reason : `${reason}: ${why}`;
    const sum = connects > 0 ? `, ${formatCount(connects)} Connects` : '';
    return `  ${state.padEnd(8)}  ${counted(cycles, 'cycle')} of ${counted(accounts, 'account')} (${said})${sum}`;
  });
