/** "Memberships & Connects": what a member sees of their account at a glance. */
import type { Queryable } from '../db/query.ts';
import { type Instant, formatInstant } from '../domain/calendar.ts';
import type { Settlement } from '../domain/settle.ts';
import { findLocales } from '../ledger/contacts.ts';
import { findAwards } from '../ledger/records.ts';
import { type HistoryLine, readHistoryPage } from './account-history.ts';
import { type Inquiry, isDue, iso } from './explain/answer.ts';
import { inquire } from './explain/explain.ts';
import { type PastTold, pastTold } from './explain/then.ts';
import { foreseen } from './explain/next-cycle.ts';

export interface AccountView {
  readonly account: string;
  /** Dates are of this zone; instants are ISO 8601 UTC. */
  readonly zone: string;
  readonly asOf: string;
  /** null where all that is recorded is told. */
  readonly past: PastTold | null;
  readonly kind: string;
  readonly plan: string;
  readonly pendingPlan: string | null;
  readonly status: string;
  readonly balance: number;
  readonly owed: number;
  /** When the current cycle began. */
  readonly cycleOn: string;
  /** The next billing date; null for a closed account. */
  readonly nextCycleOn: string | null;
  readonly nextCycleAt: string | null;
  /** Its instant has passed, and what it brings is still to be added. */
  readonly due: boolean;
  /** What the next date brings if nothing changes until then. */
  readonly next: Pick<Settlement, 'expired' | 'free' | 'paid' | 'recovered' | 'closing' | 'cap'> | null;
  readonly interviewWindow: { readonly used: number; readonly max: number; readonly days: number } | null;
  readonly emails: 'on' | 'off';
  /** The member's language, a BCP 47 tag; null where none was told. Texts that are not there in it are English. */
  readonly locale: string | null;
  readonly putAside: boolean;
  /** The newest lines of Connects History, the newest first. */
  readonly latest: readonly HistoryLine[];
}

const LATEST_LINES = 5;
const DAY = 86_400_000;

/** @throws not-found `unknown-account` */
export const readAccountView = async (db: Queryable, id: string, asOf?: Instant): Promise<AccountView> =>
  viewOf(await inquire(db, id, asOf), LATEST_LINES);

/** @param lines of the history that it ends with; 0 for none */
export async function viewOf(inquiry: Inquiry, lines: number): Promise<AccountView> {
  const { account, terms, asOf: now } = inquiry;
  const id = account.id;
  const [next] = foreseen(inquiry, 1);
  return {
    account: id,
    zone: inquiry.words.zone,
    asOf: formatInstant(now),
    past: pastTold(inquiry),
    kind: account.kind,
    plan: account.plan,
    pendingPlan: account.pendingPlan,
    status: account.status,
    balance: account.balance,
    owed: account.owed,
    cycleOn: account.cycleOn,
    nextCycleOn: account.nextCycleOn,
    nextCycleAt: iso(account.nextCycleAt),
    due: isDue(inquiry),
    next: next ? numbersOf(next) : null,
    interviewWindow: await windowNow(),
    emails: account.noticesOptedOut ? 'off' : 'on',
    locale: (await findLocales(inquiry.db, [id])).get(id) ?? null,
    putAside: inquiry.failure?.state === 'put-aside',
    latest: lines === 0 ? [] : (await readHistoryPage(inquiry, {}, { limit: lines })).lines,
  };

  async function windowNow(): Promise<AccountView['interviewWindow']> {
    const numbers = terms.rowOf({ version: terms.latest.version, at: now }).interview;
    if (!numbers) return null;
    const after = now - numbers.windowDays * DAY;
    const awards = await findAwards(inquiry.db, [{ accountId: id, after, before: now + 1 }]);
    const used = awards.reduce((sum, one) => sum + one.amount, 0);
    return { used, max: numbers.windowMax, days: numbers.windowDays };
  }
}

const numbersOf = ({ expired, free, paid, recovered, closing, cap }: Settlement) => ({
  expired,
  free,
  paid,
  recovered,
  closing,
  cap,
});
