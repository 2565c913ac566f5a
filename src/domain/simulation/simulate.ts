/** Playing a scenario through the pure rules: what `connects simulate` prints. */
import { brokenRule } from '../../errors.ts';
import {
  type Account,
  type AccountStatus,
  type Decision,
  type DecisionCode,
  type Entry,
  type EntryKind,
  takeOver,
} from '../account.ts';
import { type Instant, type LocalDate, formatInstant } from '../calendar.ts';
import { type AppliedEvent, applyEvent, openAccount } from '../events/apply-event.ts';
import { type MemberEvent, contentOf } from '../events/events.ts';
import { GrowingRecords, type Records } from '../events/records.ts';
import type { Scenario, ScenarioItem } from './scenario.ts';
import { type SettledBoundary, type Settlement, catchUp, decisionOf } from '../settle.ts';
import { type Span, spanOf, spansBegun, statesOf } from '../spans.ts';
import { type PlanName, type Terms, monthEndOf } from '../terms.ts';

export { parseScenario } from './scenario.ts';

/** An entry as printed: instants in ISO 8601 with milliseconds. */
export interface EntryView {
  readonly effectiveAt: string;
  readonly kind: EntryKind;
  readonly amount: number;
  readonly balance: number;
  readonly cycleOn?: LocalDate;
  readonly proposal?: string;
}

export interface DecisionView {
  readonly at: string;
  readonly subject: string;
  readonly code: DecisionCode;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface SimulationResult {
  readonly account: string;
  readonly balance: number;
  readonly plan: PlanName;
  readonly status: AccountStatus;
  /** null for a closed account. */
  readonly nextCycleOn: LocalDate | null;
  /** Both in posting order. */
  readonly entries: readonly EntryView[];
  readonly decisions: readonly DecisionView[];
}

/** @throws broken-rule when an account's own row cannot be settled */
export function simulate(scenario: Scenario): SimulationResult {
  const { account, entries, decisions } = replay(scenario);
  if (!account) throw brokenRule('no-account', 'no event of the scenario opens its account');
  return {
    account: account.id,
    balance: account.balance,
    plan: account.plan,
    status: account.status,
    nextCycleOn: account.nextCycleOn,
    entries: entries.map(entryView),
    decisions: decisions.map(decisionView),
  };
}

/** What became of a scenario's items, besides what is printed of it. */
export interface Replay {
  readonly account: Account | null;
  readonly entries: readonly Entry[];
  readonly decisions: readonly Decision[];
  readonly settlements: readonly Settlement[];
  readonly records: Records;
  readonly spans: readonly Span[];
  /** Event ids that arrived again with other content, or opened an account that was open: not applied. */
  readonly conflicts: readonly string[];
}

/** Plays the items in the order in which they arrive, then brings the account current to `until`. */
export function replay(scenario: Scenario): Replay {
  const player = new Player(scenario);
  for (const item of scenario.items) player.play(item);
  if (scenario.until !== null) player.sweep(scenario.until);
  return player;
}

/** Plays items one after another, as the database path does, and keeps what came of them. */
export class Player implements Replay {
  account: Account | null;
  /** By which all that comes next is decided. */
  terms: Terms;
  readonly entries: Entry[] = [];
  readonly decisions: Decision[] = [];
  readonly settlements: Settlement[] = [];
  readonly records = new GrowingRecords();
  readonly spans: Span[] = [];
  readonly conflicts: string[] = [];
  /** Content of each event by its id. */
  readonly #arrived = new Map<string, string>();

  constructor({ account, terms }: Pick<Scenario, 'account' | 'terms'>) {
    this.terms = terms;
    this.account = account && takeOver(account, monthEndOf(terms));
    if (this.account) this.spans.push(spanOf(this.account, this.account.trackedFrom));
  }

  play(item: ScenarioItem): void {
    if (item.type === 'sweep') this.sweep(item.at);
    else this.#event(item);
  }

  sweep(asOf: Instant): void {
    if (!this.account) return;
    const { account, settled } = catchUp(this.account, this.terms, asOf);
    this.spans.push(...spansBegun(this.account, statesOf(settled)));
    this.account = account;
    this.#keepSettled(settled);
  }

  /** The same id again changes nothing; with other content it is a conflict. Neither settles anything. */
  #event(event: MemberEvent): void {
    const content = contentOf(event);
    const known = this.#arrived.get(event.id);
    if (known === content) return;
    const done = known === undefined ? this.#apply(event) : undefined;
    if (!done || done.outcome === 'conflict') {
      this.conflicts.push(event.id);
      return;
    }
    this.#arrived.set(event.id, content);
    this.account = done.account;
    this.records.add(done);
    this.spans.push(...done.spans);
    this.#keepSettled(done.settled);
    this.entries.push(...done.entries);
    this.decisions.push(...done.decisions);
  }

  #apply(event: MemberEvent): AppliedEvent {
    if (this.account) return applyEvent(this.account, event, this.terms, this.records);
    if (event.type === 'account.opened') return openAccount(event, this.terms);
    throw brokenRule('no-account', `${event.type} ${event.id} came before its account was opened`);
  }

  #keepSettled(settled: readonly SettledBoundary[]): void {
    for (const { entries, settlement } of settled) {
      this.entries.push(...entries);
      this.settlements.push(settlement);
      this.decisions.push(decisionOf(settlement));
    }
  }
}

/** An entry of the ledger as `simulate` prints it. */
export function entryView(entry: Entry): EntryView {
  const { effectiveAt, kind, amount, balance, cycleOn, proposal } = entry;
  return {
    effectiveAt: formatInstant(effectiveAt),
    kind,
    amount,
    balance,
    ...(cycleOn !== null && { cycleOn }),
    ...(proposal !== null && { proposal }),
  };
}

export const decisionView = ({ at, subject, code, detail }: Decision): DecisionView => ({
  at: formatInstant(at),
  subject,
  code,
  detail,
});
