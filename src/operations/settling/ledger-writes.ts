/** Everything that one transaction writes about accounts, gathered before its first statement. */
import type { Transaction } from '../../db/connection.ts';
import { run } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import type { SettlementCode } from '../../domain/settle.ts';
import type { Award, Interview, Proposal } from '../../domain/events/records.ts';
import {
  type AccountChange,
  type AccountRow,
  insertAccounts,
  accountUpdates,
} from '../../ledger/accounts.ts';
import { type AmendmentRow, insertAmendments } from '../../ledger/amendments.ts';
import { type AuditRow, insertAudit } from '../../ledger/audit-log.ts';
import { type Contact, upsertContacts } from '../../ledger/contacts.ts';
import { type CycleRow, cycleInserts } from '../../ledger/cycles.ts';
import { type DecisionRow, insertDecisions } from '../../ledger/decisions.ts';
import { type EntryRow, entryInserts } from '../../ledger/entries.ts';
import { type EventWait, upsertEventWaits } from '../../ledger/event-waits.ts';
import { type EventRow, eventInserts, resolveWaiting } from '../../ledger/events.ts';
import { clearFailures } from '../../ledger/failures.ts';
import { type LapseRow, insertLapses } from '../../ledger/lapses.ts';
import type { LedgerLook } from '../../ledger/ledger-hold.ts';
import { type Owned, insertAwards, upsertInterviews, upsertProposals } from '../../ledger/records.ts';
import { rollupDeltaInserts, rollupDeltas } from '../../ledger/rollups.ts';
import { type SpanRow, insertSpans } from '../../ledger/spans.ts';
import { type NoticeDraft, noticeInserts } from '../../outbox/outbox.ts';

export class LedgerWrites {
  /** Accounts that exist, and are locked. */
  readonly accounts: AccountChange[] = [];
  readonly opened: AccountRow[] = [];
  readonly contacts: Contact[] = [];
  readonly spans: SpanRow[] = [];
  readonly cycles: CycleRow[] = [];
  /** What became of earlier settlements. */
  readonly amendments: AmendmentRow[] = [];
  readonly lapses: LapseRow[] = [];
  readonly entries: EntryRow[] = [];
  readonly decisions: DecisionRow[] = [];
  readonly proposals: Owned<Proposal>[] = [];
  readonly interviews: Owned<Interview>[] = [];
  readonly awards: Owned<Award>[] = [];
  readonly events: EventRow[] = [];
  /** Events that had been waiting, and are decided now. */
  readonly resolved: EventRow[] = [];
  /** Why events could not be decided. */
  readonly waits: EventWait[] = [];
  readonly notices: NoticeDraft[] = [];
  /** Accounts that have got past whatever they may have failed at. */
  readonly overcome: string[] = [];
  /** What a person did, told in the transaction that does it. */
  readonly audits: AuditRow[] = [];
  readonly #look: LedgerLook | undefined;
  readonly #failing: ReadonlySet<string>;
  #isWritten = false;

  /**
   * @param look that found the ledger free, in the same transaction; undefined for what only keeps facts
   * @param failing accounts that have failures to be overcome, and are locked with them
   */
  constructor(look?: LedgerLook, failing: ReadonlySet<string> = new Set()) {
    this.#look = look;
    this.#failing = failing;
  }

  /**
   * One statement per table; none for a table to which nothing is written. What most transactions write by the thousand is
   * text before the first of them is sent, and the rows are dropped: those of several batches, kept until each has
   * committed, would be most of what the garbage collector moves. Once only: a transaction that is replayed decides anew.
   * @returns the code of each cycle
   */
  async write(transaction: Transaction, now: Instant): Promise<readonly SettlementCode[]> {
    this.#requireLook();
    if (this.#isWritten) throw new Error('these rows were written before');
    this.#isWritten = true;
    const codes = this.cycles.map((one) => one.settlement.code);
    const cycles = cycleInserts(this.cycles);
    const entries = entryInserts(this.entries);
    const deltas = rollupDeltaInserts(rollupDeltas(this.entries, this.cycles, this.amendments));
    const notices = noticeInserts(this.notices);
    const events = eventInserts(this.events);
    const changes = accountUpdates(this.accounts);
    for (const rows of [this.cycles, this.entries, this.events, this.notices, this.accounts]) rows.length = 0;
    await insertAccounts(transaction, this.opened);
    await upsertContacts(transaction, this.contacts);
    await insertSpans(transaction, this.spans);
    await run(transaction, cycles);
    await insertAmendments(transaction, this.amendments);
    await insertLapses(transaction, this.lapses);
    await run(transaction, entries);
    await run(transaction, deltas);
    await insertDecisions(transaction, this.decisions);
    await upsertProposals(transaction, latestOf(this.proposals));
    await upsertInterviews(transaction, latestOf(this.interviews));
    await insertAwards(transaction, this.awards);
    await run(transaction, events);
    await resolveWaiting(transaction, this.resolved);
    await upsertEventWaits(transaction, this.waits);
    await run(transaction, notices);
    for (const row of this.audits) await insertAudit(transaction, row);
    await run(transaction, changes);
    const cleared = this.overcome.filter((id) => this.#failing.has(id));
    if (cleared.length > 0) await clearFailures(transaction, cleared, now);
    return codes;
  }

  /** A path that forgot to look would post against a hold: it is a bug, and posts nothing at all. */
  #requireLook(): void {
    const posts = this.entries.length + this.cycles.length + this.amendments.length > 0;
    if (posts && (!this.#look || this.#look.hold))
      throw new Error('nothing is posted unless the ledger is free');
  }
}

/** A record that changed more than once in a transaction is written once, as it ended. */
function latestOf<Value extends { readonly accountId: string; readonly id: string }>(
  rows: readonly Value[],
): Value[] {
  return [...new Map(rows.map((row) => [`${row.accountId}/${row.id}`, row])).values()];
}
