/** One account under audit: what is recorded of it, the rules, and what has been found so far. */
import { firstTryOf } from '../corrections/adjustment-keys.ts';
import type { Account, PostedEntry } from '../account.ts';
import type { AuditRules, AuditedAccount, AuditedSettlement } from './audited.ts';
import type { Finding, FindingCode } from './findings.ts';
import { type Instant, type LocalDate, type MonthEnd, firstInstantOf } from '../calendar.ts';
import { monthEndOf } from '../terms.ts';
import { readableSpans } from '../spans.ts';

export const DAY_MS = 86_400_000;
/** Where a date begins first: 14 hours ahead of UTC. */
const EARLIEST_ZONE_MS = 14 * 3_600_000;

const ADJUSTMENT = 'adjustment:';
const NONE: ReadonlySet<string> = new Set();

export class Examination {
  readonly recorded: AuditedAccount;
  readonly account: Account;
  readonly rules: AuditRules;
  readonly monthEnd: MonthEnd;
  readonly found: Finding[] = [];
  readonly settled: ReadonlyMap<LocalDate, AuditedSettlement>;
  /** Dates of boundaries whose settlement is missing: their entries are not counted twice over. */
  readonly missing = new Set<LocalDate>();
  /** Dates that were settled and are no boundary: nothing was due on them, and nothing more is asked of them. */
  readonly unexpected = new Set<LocalDate>();
  readonly #zones: readonly string[];
  readonly #keyStart: string;
  /** Subjects of the corrections that were posted. */
  readonly #corrected: ReadonlySet<string>;
  /** The same, as their keys have them: what was refused at first may have been posted by a later try. */
  readonly #mended: ReadonlySet<string>;

  constructor(recorded: AuditedAccount, rules: AuditRules) {
    this.recorded = recorded;
    this.account = recorded.account;
    this.rules = rules;
    this.monthEnd = monthEndOf(rules.terms);
    this.settled = new Map(recorded.settlements.map((one) => [one.cycleOn, one]));
    this.#zones = [
      ...new Set([recorded.account.zone, ...readableSpans(recorded.spans).map((one) => one.zone)]),
    ];
    this.#keyStart = `audit.${recorded.account.id}.`;
    const start = `${ADJUSTMENT}${this.#keyStart}`;
    const corrections = recorded.entries.filter((one) => one.subject.startsWith(start));
    this.#corrected = corrections.length === 0 ? NONE : new Set(corrections.map((one) => one.subject));
    this.#mended = corrections.length === 0 ? NONE : new Set([...this.#corrected].map(firstTryOf));
  }

  add(
    code: FindingCode,
    message: string,
    about: Partial<Pick<Finding, 'cycleOn' | 'amount' | 'key' | 'ageMs'>> = {},
  ): void {
    const { cycleOn = null, amount = 0, key = null, ageMs = 0 } = about;
    this.found.push({ code, account: this.account.id, cycleOn, message, amount, key, ageMs });
  }

  /**
   * A finding that a correction under its key mends; none where that stands in the ledger.
   * @param place within the account: the number of an entry, or a cycle's date
   */
  addCorrectable(
    code: FindingCode,
    message: string,
    place: number | LocalDate,
    amount: number,
    cycleOn: LocalDate | null = null,
  ): void {
    if (!this.isCorrected(place))
      this.add(code, message, { cycleOn, amount, key: `${this.#keyStart}${place}` });
  }

  isCorrected(place: number | LocalDate): boolean {
    return this.#mended.has(`${ADJUSTMENT}${this.#keyStart}${place}`);
  }

  /** Whether an entry is the correction of a finding. */
  isCorrection({ subject }: PostedEntry): boolean {
    return this.#corrected.has(subject);
  }

  has(code: FindingCode): boolean {
    return this.found.some((one) => one.code === code);
  }

  /** Whether a change counts from this very instant: what was before it at that instant may not be recorded. */
  isHidden(at: Instant): boolean {
    return this.recorded.spans.some(({ fromAt }) => fromAt === at || fromAt === at + 1);
  }

  /**
   * The first instant of a date in any zone that the account has had. Where a change counts from the boundary's very
   * instant, the zone before it is recorded no more: then that of whoever sees the date first.
   */
  earliestOf(on: LocalDate): Instant {
    const startsAt = this.settled.get(on)?.startsAt;
    if (startsAt !== undefined && this.isHidden(startsAt))
      return firstInstantOf(on, 'UTC') - EARLIEST_ZONE_MS;
    let earliest = Infinity;
    for (const zone of this.#zones) earliest = Math.min(earliest, firstInstantOf(on, zone));
    return earliest;
  }
}
