/** What an address of the list of runs asks for. */
import { RUN_KINDS, RUN_STATES, type RunKind, type RunState } from '../../ledger/runs.ts';
import type { RunListAsked } from '../../reports/run-list.ts';
import type { Query } from '../parts/addresses.ts';

const DAY_MS = 86_400_000;
const ACTOR_MAX = 100;

export interface RunsAsked {
  readonly kind: RunKind | undefined;
  readonly state: RunState | undefined;
  readonly actor: string | undefined;
  /** Dates, in UTC, as they were sent. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly before: number | undefined;
  readonly open: number | undefined;
}

/** The number of a run, or of anything else that is counted; undefined for what is none. */
export function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

const oneOf = <Word extends string>(words: readonly Word[], text: string | undefined): Word | undefined =>
  words.find((one) => one === text);

const dateOf = (text: string | undefined): string | undefined =>
  text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined;

/** What cannot be understood is left out: the page says what it shows. */
export function parseRunsAsked(query: Readonly<Record<string, string>>): RunsAsked {
  return {
    kind: oneOf(RUN_KINDS, query.kind),
    state: oneOf(RUN_STATES, query.state),
    actor: query.actor?.trim().slice(0, ACTOR_MAX) || undefined,
    from: dateOf(query.from),
    to: dateOf(query.to),
    before: wholeNumber(query.before),
    open: wholeNumber(query.open),
  };
}

/** Whole days: the last one is shown, too. */
export const toListAsked = ({ from, to, ...asked }: RunsAsked): RunListAsked => ({
  ...asked,
  since: from === undefined ? undefined : Date.parse(from),
  until: to === undefined ? undefined : Date.parse(to) + DAY_MS,
});

/** As the address has it, without the position within the list. */
export const filtersOf = ({ kind, state, actor, from, to }: RunsAsked): Query => ({
  kind,
  state,
  actor,
  from,
  to,
});

export const isNarrowed = (asked: RunsAsked): boolean =>
  Object.values(filtersOf(asked)).some((one) => one !== undefined);
