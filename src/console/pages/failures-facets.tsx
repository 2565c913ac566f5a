/** What those that are put aside have in common: facets with counts, when they were put aside, and what to do about an error. */
import type { Child } from 'hono/jsx';
import type { FacetChoice, FailureFacets } from '../../reports/failure-facets.ts';
import { Bars } from '../charts/bars.tsx';
import { Card } from '../parts/card.tsx';
import { type Facet, Facets } from '../parts/facets.tsx';
import { grouped } from '../parts/numbers.tsx';
import { failuresAddress, toggled } from './failures-asked.ts';
import { PLAN_TITLES, STATE_TITLES, ageTitle, runbookOf, versionTitle } from './failures-words.ts';
import { KIND_TITLES } from './run-words.ts';

interface FacetsProps {
  readonly choice: FacetChoice;
  readonly facets: FailureFacets;
}

/** Values of a facet that are shown; of further ones there are few accounts each. */
const SHOWN_MAX = 12;

export function FailureFacetLinks({ choice, facets }: FacetsProps) {
  const facetOf = <Name extends keyof FacetChoice>(
    title: string,
    name: Name,
    values: readonly { readonly value: FacetChoice[Name] | null; readonly accounts: number; label?: Child }[],
    labelOf: (value: NonNullable<FacetChoice[Name]>) => Child,
  ): Facet => ({
    title,
    choices: values
      .filter((one) => one.value !== null || name === 'version')
      .slice(0, SHOWN_MAX)
      .map(({ value, accounts, label }) => ({
        label: label ?? labelOf(value as NonNullable<FacetChoice[Name]>),
        href: failuresAddress(toggled(choice, name, value as FacetChoice[Name])),
        count: accounts,
        current: name in choice && choice[name] === value,
      })),
  });
  const all: Facet[] = [
    facetOf('Error', 'code', facets.codes, (code) => <span class="mono">{code}</span>),
    facetOf(
      'Run',
      'runId',
      facets.runs.map(({ kind, ...one }) => ({
        ...one,
        label: `${grouped(one.value)}${kind === null ? '' : `, ${KIND_TITLES[kind].toLowerCase()}`}`,
      })),
      grouped,
    ),
    facetOf('Plan', 'plan', facets.plans, (plan) => PLAN_TITLES[plan]),
    facetOf('Put aside', 'age', facets.ages, ageTitle),
    facetOf('Program version', 'version', facets.versions, versionTitle),
    facetOf('Known', 'state', facets.states as never, (state) => STATE_TITLES[state]),
    facetOf('Assigned to', 'assignee', facets.assignees, (name) => name),
  ];
  return <Facets label="Narrow the failures" facets={all.filter((one) => one.choices.length > 0)} />;
}

const FILLS = ['f-bad', 'f-expire', 'f-run', 'f-ahead', 'f-mute'] as const;
const HOURS = 48;

/** The most frequent errors each in a colour of its own, all others together. */
export function PutAsidePerHour({ facets }: Pick<FacetsProps, 'facets'>) {
  const { perHour } = facets;
  if (perHour.length === 0) return <></>;
  const totals = new Map<string, number>();
  for (const { code, accounts } of perHour) totals.set(code, (totals.get(code) ?? 0) + accounts);
  const ordered = [...totals].toSorted(([, a], [, b]) => b - a).map(([code]) => code);
  const named = ordered.length > FILLS.length ? ordered.slice(0, FILLS.length - 1) : ordered;
  const names = ordered.length > named.length ? [...named, 'others'] : named;
  const bars = Array.from({ length: HOURS }, (_, index) => HOURS - 1 - index).map((hoursAgo) => ({
    name: hoursAgo === 0 ? 'the last hour' : `${hoursAgo} h ago`,
    short: hoursAgo === 0 ? 'now' : `−${hoursAgo} h`,
    amounts: names.map((name) =>
      perHour
        .filter(
          (one) => one.hoursAgo === hoursAgo && (named.includes(one.code) ? one.code : 'others') === name,
        )
        .reduce((sum, one) => sum + one.accounts, 0),
    ),
  }));
  return (
    <Card title="Put aside per hour" aside="48 hours" bare>
      <Bars
        label="Accounts put aside per hour, the last 48 hours, by error"
        of="Hour"
        series={names.map((name, index) => ({ name, fill: FILLS[index] ?? 'f-mute' }))}
        bars={bars}
        width={1_180}
        height={130}
      />
    </Card>
  );
}

/** The runbook's own sentences, with its heading. */
export function Runbook({ code }: { readonly code: string }) {
  const found = runbookOf(code);
  if (!found) return <p class="q">The runbook has no heading for {code}.</p>;
  const { heading, entry } = found;
  return (
    <div class="quote" id="runbook">
      <p class="lead">
        <Coded text={`For members: ${entry.members}`} />
      </p>
      <p class="q">
        <b>Is it real?</b> <Coded text={entry.real} />
      </p>
      <p class="q">
        <b>First:</b> <Coded text={entry.first} />
      </p>
      <p class="qq">
        docs/runbook.md, “Errors of accounts”, heading <code class="mono">{heading}</code>
      </p>
    </div>
  );
}

/** What stands between backticks is code. */
export const Coded = ({ text }: { readonly text: string }) => (
  <>{text.split('`').map((part, index) => (index % 2 === 1 ? <code class="mono">{part}</code> : part))}</>
);
