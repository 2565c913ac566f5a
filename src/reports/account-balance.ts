/** An account's balance over time, thinned to what a picture shows, and what its next date brings if nothing changes. */
import { type Instant, formatInstant } from '../domain/calendar.ts';
import { type LedgerLine, listEntriesBefore } from './account-records.ts';
import type { Inquiry } from './explain/answer.ts';
import { foreseen } from './explain/next-cycle.ts';
import { dayWords, kindWords } from './member-words.ts';

export interface BalanceStep {
  /** ISO 8601 UTC: from then on the balance was so. */
  readonly at: string;
  readonly balance: number;
  /** `16 November 2026: Monthly Connects of Freelancer Plus`. */
  readonly what: string;
  /** Connects that expired in this step; 0 for any other. */
  readonly expired: number;
}

export interface BalanceOverTime {
  readonly zone: string;
  readonly from: string;
  readonly asOf: string;
  /** Oldest first: one that holds at `from`, then at most a few hundred; every expiry is among them. */
  readonly steps: readonly BalanceStep[];
  /** What rolls over at most by the terms in force; null where there is no limit. */
  readonly limit: number | null;
  /** The next date, and what the balance would be then; null for a closed account. */
  readonly next: BalanceStep | null;
  /** Lines that lie in the asked time and were not read, because there are too many. */
  readonly isCut: boolean;
}

/** Lines that one picture is made of; what is older is left out, and said so. */
const READ_MAX = 5_000;
const PAGE = 500;
/** Steps of a picture: more than it has pixels for would only be sent, and not be seen. */
const STEPS_MAX = 240;
const DAY_MS = 86_400_000;

/** @param days how far back; since the account is kept here where undefined */
export async function readBalanceOverTime(
  inquiry: Inquiry,
  days: number | undefined,
): Promise<BalanceOverTime> {
  const { account, asOf, terms, words } = inquiry;
  const asked = days === undefined ? account.trackedFrom : asOf - days * DAY_MS;
  const since = Math.min(asOf, Math.max(asked, account.trackedFrom));
  const { lines, isCut } = await readSince(inquiry, since);
  const from = isCut ? (lines[0]?.effectiveAt ?? since) : since;
  const { plans } = terms.rowOf({ version: terms.latest.version, at: asOf });
  const [next] = foreseen(inquiry, 1);
  return {
    zone: words.zone,
    from: formatInstant(from),
    asOf: formatInstant(asOf),
    steps: thinned(lines, from, asOf).map((line) => stepOf(inquiry, line)),
    limit: plans[account.plan].rolloverCap,
    next: next
      ? {
          // One that is due already comes as soon as it is settled.
          at: formatInstant(Math.max(next.startsAt, asOf)),
          balance: next.closing,
          what: `${dayWords(next.cycleOn)}: next billing cycle`,
          expired: 0,
        }
      : null,
    isCut,
  };
}

/** A line, or what an account was taken over with. */
type Stand = Pick<LedgerLine, 'effectiveAt' | 'balance' | 'amount'> &
  Partial<Pick<LedgerLine, 'kind' | 'subject'>>;

/** Backwards in pages, down to the first line before `since`: what the account had then. Oldest first. */
async function readSince(
  { db, account }: Inquiry,
  since: Instant,
): Promise<{ readonly lines: readonly Stand[]; readonly isCut: boolean }> {
  const found: Stand[] = [];
  let before: number | undefined;
  for (;;) {
    const page = await listEntriesBefore(db, account.id, ALL, { before, limit: PAGE });
    for (const line of page) {
      found.push(line);
      if (line.effectiveAt <= since) return { lines: found.toReversed(), isCut: false };
    }
    before = page.at(-1)?.seq;
    if (page.length < PAGE) break;
    if (found.length >= READ_MAX) return { lines: found.toReversed(), isCut: true };
  }
  const opening = { effectiveAt: account.trackedFrom, balance: account.openingBalance, amount: 0 };
  return { lines: [opening, ...found.toReversed()], isCut: false };
}

const ALL = { kinds: undefined, from: undefined, until: undefined };

/** The last line of each piece of time, and every expiry. */
function thinned(lines: readonly Stand[], from: Instant, until: Instant): readonly Stand[] {
  if (lines.length <= STEPS_MAX) return lines;
  const piece = Math.max(1, (until - from) / STEPS_MAX);
  const pieceOf = (line: Stand): number => Math.floor((line.effectiveAt - from) / piece);
  return lines.filter((line, index) => {
    const following = lines[index + 1];
    return line.kind === 'rollover-expiry' || !following || pieceOf(following) !== pieceOf(line);
  });
}

const stepOf = ({ words }: Inquiry, line: Stand): BalanceStep => ({
  at: formatInstant(line.effectiveAt),
  balance: line.balance,
  what: `${words.day(line.effectiveAt)}: ${whatOf(line)}`,
  expired: line.kind === 'rollover-expiry' ? -line.amount : 0,
});

const whatOf = ({ kind, subject, amount }: Stand): string =>
  kind === undefined || subject === undefined ? 'taken over' : kindWords({ kind, subject, amount });
