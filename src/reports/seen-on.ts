/** What a member saw at the end of a day: the lines that had been written by then, and the balance as it stood. */
import { type Instant, type LocalDate, firstInstantOf, isKnownZone } from '../domain/calendar.ts';
import { invalidInput } from '../errors.ts';
import { daysBefore } from './account-history.ts';
import { listEntriesBefore, listSpans } from './account-records.ts';
import type { Inquiry } from './explain/answer.ts';
import { ZoneWords } from './member-words.ts';

export interface SeenOn {
  /** Told in the zone that the account had on that day. */
  readonly inquiry: Inquiry;
  /** The day's end: what was written from here on was not there. */
  readonly writtenBefore: Instant;
  readonly balance: number;
}

/** @throws invalid-input `seen-on-out-of-range`: a day to come, or one that ended before the account was kept here */
export async function seenOn(given: Inquiry, on: LocalDate): Promise<SeenOn> {
  const { db, account } = given;
  const zone = await zoneOn(given, on);
  const writtenBefore = firstInstantOf(daysBefore(on, -1), zone);
  const words = new ZoneWords(zone);
  if (words.dateOf(given.asOf) < on) throw outOfRange(on, 'is a day to come');
  if (writtenBefore <= account.trackedFrom)
    throw outOfRange(on, `ended before ${account.id} was kept here, on ${words.dateOf(account.trackedFrom)}`);
  const nothingElse = { kinds: undefined, from: undefined, until: undefined };
  const [last] = await listEntriesBefore(
    db,
    account.id,
    { ...nothingElse, writtenBefore },
    { before: undefined, limit: 1 },
  );
  return {
    inquiry: { ...given, words, asOf: Math.min(given.asOf, writtenBefore - 1) },
    writtenBefore,
    balance: last?.balance ?? account.openingBalance,
  };
}

const outOfRange = (on: LocalDate, why: string): Error =>
  invalidInput('seen-on-out-of-range', `--seen-on ${on} ${why}`);

/** Days of different zones are half a day apart at the most: the one that counted at that day's noon. */
async function zoneOn({ db, account, words }: Inquiry, on: LocalDate): Promise<string> {
  const noon = firstInstantOf(on, 'UTC') + 43_200_000;
  const spans = await listSpans(db, account.id);
  const zone = (spans.findLast((one) => one.fromAt <= noon) ?? spans[0])?.zone ?? words.zone;
  return isKnownZone(zone) ? zone : words.zone;
}
