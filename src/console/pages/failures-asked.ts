/** What an address of the failures asks for: a choice in each facet, or one account, and a position in the list. */
import { accountIdField } from '../../domain/events/fields.ts';
import { PLAN_NAMES } from '../../domain/terms.ts';
import {
  AGE_NAMES,
  type Age,
  type FacetChoice,
  filterOf as filterOfFacets,
} from '../../reports/failure-facets.ts';
import type { WorkPosition } from '../../reports/failure-page.ts';
import type { AsideFilter } from '../../reports/failure-work.ts';
import { type Query, addressOf } from '../parts/addresses.ts';
import { wholeNumber } from './runs-asked.ts';

/** In addresses, of runs of which the version was not recorded. */
const NOT_RECORDED = 'unrecorded';
const NAME_MAX = 100;
const STATES = ['open', 'acknowledged', 'snoozed'] as const;

/** A choice in each facet; and one account, which its own page leads to. */
export interface Choice extends FacetChoice {
  readonly account?: string;
}

/** The same choice, as the lists and operations take it. */
export const filterOf = ({ account, ...choice }: Choice): AsideFilter => ({
  ...filterOfFacets(choice),
  ...(account !== undefined && { accounts: [account] }),
});

export interface FailuresAsked {
  readonly choice: Choice;
  readonly after: WorkPosition | undefined;
}

const oneOf = <Word extends string>(words: readonly Word[], text: string | undefined): Word | undefined =>
  words.find((one) => one === text);

/** What cannot be understood is left out: the page says what it shows. */
export function parseFailuresAsked(query: Readonly<Record<string, unknown>>): FailuresAsked {
  const text = (name: string): string | undefined => {
    const value = query[name];
    return typeof value === 'string' && value !== '' ? value.slice(0, NAME_MAX) : undefined;
  };
  const version = text('version');
  const chosen = {
    code: text('error'),
    runId: wholeNumber(text('run')),
    plan: oneOf(PLAN_NAMES, text('plan')),
    version: version === NOT_RECORDED ? null : version,
    age: oneOf<Age>(AGE_NAMES, text('age')),
    state: oneOf(STATES, text('state')),
    assignee: text('assignee'),
    account: accountIdField.safeParse(query['account']).data,
  };
  const known = Object.entries(chosen).filter(([, value]) => value !== undefined);
  const [code, account] = [text('afterError'), text('afterAccount')];
  return {
    choice: Object.fromEntries(known) as Choice,
    after: code === undefined || account === undefined ? undefined : { code, account },
  };
}

/** As the address has it. */
export const choiceQuery = ({ code, runId, version, ...others }: Choice): Query => ({
  error: code,
  run: runId,
  version: version === null ? NOT_RECORDED : version,
  ...others,
});

export const failuresAddress = (choice: Choice, more: Query = {}): string =>
  addressOf('/failures', { ...choiceQuery(choice), ...more });

export const isChosen = (choice: Choice): boolean => Object.keys(choice).length > 0;

/** The choice with one facet set, or left out where that is what is chosen already. */
export function toggled<Name extends keyof FacetChoice>(
  choice: Choice,
  name: Name,
  value: FacetChoice[Name],
): Choice {
  const { [name]: before, ...others } = choice;
  return name in choice && before === value ? others : { ...others, [name]: value };
}
