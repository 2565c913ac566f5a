/** A backfill as show, list and whoever changed it tell it. */
import { shownNow } from '../db/query.ts';
import { type Instant, formatInstant } from '../domain/calendar.ts';
import { isOpenAt, nextOpening } from '../domain/corrections/window.ts';
import type { Backfill } from '../ledger/backfills.ts';
import { countBackfillAccounts, countBackfillItems, listFailedItems } from '../ledger/backfill-items.ts';
import { describeBackfill } from './backfill-text.ts';
import { type Cli, print, printJson } from './context.ts';
import { EXIT } from './exit-codes.ts';

const FAILED_SHOWN = 20;

export async function reportBackfill(cli: Cli, flags: { json?: true }, backfill: Backfill): Promise<void> {
  const { db } = cli.app;
  const items = await countBackfillItems(db, backfill.id);
  const accounts = await countBackfillAccounts(db, backfill.id);
  const failed = await listFailedItems(db, backfill.id, FAILED_SHOWN);
  const goesOnAt = goesOnFrom(backfill, await shownNow(db));
  if (backfill.endedAt !== null && accounts.failed > 0) cli.exitCode = EXIT.someFailed;
  if (!flags.json) return print(cli, describeBackfill({ ...backfill, goesOnAt }, items, accounts, failed));
  return printJson(cli, { ...backfillJson(backfill, goesOnAt), done: accounts, items, failed });
}

/** When its window opens, where it waits for that; null where it does not. */
export function goesOnFrom({ state, window }: Backfill, now: Instant): Instant | null {
  if (state !== 'running' || window === null || isOpenAt(window, now)) return null;
  return nextOpening(window, now);
}

export function backfillJson(backfill: Backfill, goesOnAt: Instant | null) {
  const { id, asked, workingUntil: _workingUntil, approvedAt, createdAt, endedAt, ...rest } = backfill;
  return {
    backfill: id,
    from: asked.from,
    to: asked.to,
    plan: asked.plan ?? null,
    include: asked.include,
    accountsAsked: asked.accounts?.length ?? null,
    ...rest,
    goesOnAt: textOf(goesOnAt),
    approvedAt: textOf(approvedAt),
    createdAt: formatInstant(createdAt),
    endedAt: textOf(endedAt),
  };
}

const textOf = (at: Instant | null): string | null => (at === null ? null : formatInstant(at));
