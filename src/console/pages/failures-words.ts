/** What is said of failures, in operators' words. */
import { AGES, type Age, type FacetChoice } from '../../reports/failure-facets.ts';
import type { FailureState } from '../../reports/failure-work.ts';
import { counted } from '../../words.ts';
import { grouped } from '../parts/numbers.tsx';
import { RUNBOOK, type RunbookEntry } from '../runbook.ts';

export const PLAN_TITLES = { basic: 'Basic', plus: 'Plus', agency: 'Agency' } as const;

export const STATE_TITLES: Readonly<Record<FailureState, string>> = {
  open: 'Open',
  acknowledged: 'Acknowledged',
  snoozed: 'Snoozed',
  failing: 'Failing',
};

const hours = (count: number): string => (count % 24 === 0 ? counted(count / 24, 'day') : `${count} h`);

export function ageTitle(age: Age): string {
  const { fromH, untilH } = AGES[age];
  if (fromH === 0) return 'less than 1 h ago';
  return untilH === null ? `over ${hours(fromH)} ago` : `${hours(fromH)} to ${hours(untilH)} ago`;
}

export const versionTitle = (version: string | null): string => version ?? 'not recorded';

/** What the runbook says of an error; undefined where it has no heading. */
export function runbookOf(
  code: string,
): { readonly heading: string; readonly entry: RunbookEntry } | undefined {
  const heading = Object.keys(RUNBOOK).find(
    (one) => one === code || (one.endsWith('…') && code.startsWith(one.slice(0, -1))),
  );
  return heading === undefined ? undefined : { heading, entry: RUNBOOK[heading] as RunbookEntry };
}

/** `with unknown-zone, put aside by run 17, on plan Plus`; empty for all. */
export function choiceWords(choice: FacetChoice): string {
  const { code, runId, plan, version, age, state, assignee } = choice;
  return [
    ...(code === undefined ? [] : [`with ${code}`]),
    ...(runId === undefined ? [] : [`put aside by run ${grouped(runId)}`]),
    ...(plan === undefined ? [] : [`on plan ${PLAN_TITLES[plan]}`]),
    ...(version === undefined ? [] : [`by program version ${versionTitle(version)}`]),
    ...(age === undefined ? [] : [`put aside ${ageTitle(age)}`]),
    ...(state === undefined ? [] : [STATE_TITLES[state].toLowerCase()]),
    ...(assignee === undefined ? [] : [`assigned to ${assignee}`]),
  ].join(', ');
}
