/** What every command about one account shares: whom it is about, and what is told of a past instant. */
import type { Database } from '../db/connection.ts';
import { invalidInput } from '../errors.ts';
import { accountAsked, accountOf } from '../reports/asked-account.ts';
import type { Cli } from './context.ts';
import { reportsFrom } from './reading.ts';
import { requireSchema } from './require-schema.ts';

/** 4 of a past that cannot be told. */
export const PAST_CODES = [0, 2, 4, 6, 75] as const;

/** What every one of these takes first. */
export const WHO = "the account's id, or its member's email address";

/** The reports, and the account that is asked about. */
export async function ask(
  cli: Cli,
  who: string | undefined,
  about?: string,
): Promise<{ readonly db: Database; readonly id: string }> {
  if (who === undefined && about === undefined)
    throw invalidInput('usage', 'missing required argument: an account, its address, or --about ID');
  await requireSchema(cli.app);
  const db = await reportsFrom(cli);
  const id = who === undefined ? await accountOf(db, about ?? '') : await accountAsked(db, who, about);
  return { db, id };
}

/** On everything that takes --as-of. */
export const PAST_JSON = `
Of an --as-of in the past only what had been written by then is told: balance, plan, status, what was owed, the next
date, what was waiting or put aside. With --json, "past" is
  { "writtenUntil": instant, "notRecorded": [ what nobody can say of then ] }, and null of now.
An instant before anything was recorded here is taken as now, with all that was recorded since: "writtenUntil" is null.`;
