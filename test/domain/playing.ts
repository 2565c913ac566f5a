/** Short ways to play scenarios and to read what came of them. */
import { formatInstant } from '../../src/domain/calendar.ts';
import type { Scenario } from '../../src/domain/simulation/scenario.ts';
import { type SimulationResult, parseScenario, simulate } from '../../src/domain/simulation/simulate.ts';
import { type TermsRow, builtInTerms } from '../../src/domain/terms.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A Basic freelancer in UTC, anchored and tracked on 2021-01-11, with nothing. */
export const freelancer: Fields = {
  id: 'a1',
  kind: 'freelancer',
  plan: 'basic',
  zone: 'UTC',
  anchorOn: '2021-01-11',
  trackedFrom: '2021-01-11T00:00:00Z',
  openingBalance: 0,
};

export interface Story {
  readonly terms?: unknown;
  readonly account?: Fields;
  readonly events?: readonly Fields[];
  readonly until?: string;
}

/** Times may be written short: `2021-02-01` is its midnight, `2021-02-01 10:00` that minute, in UTC. */
export const instantText = (short: string): string => {
  const [on, time = '00:00'] = short.split(' ');
  if (short.includes('T')) return short;
  return formatInstant(Date.parse(`${on}T${time}Z`));
};

/** One event with a made-up id where the test needs none: `event('2021-02-01', 'connects.spent', { amount: 6 })`. */
export function event(at: string, type: string, fields: Fields = {}): Fields & { readonly id: string } {
  nextId += 1;
  return { id: `e${nextId}`, at: instantText(at), type, ...fields };
}
let nextId = 0;

export const opened = (at: string, fields: Fields = {}): Fields & { readonly id: string } =>
  event(at, 'account.opened', {
    account: 'a1',
    kind: 'freelancer',
    plan: 'basic',
    email: 'a1@example.test',
    ...fields,
  });

/** @throws with every fault, so that a misspelt test does not pass by accident. */
export function scenarioOf(story: Story): Scenario {
  const { until, account, events = [], ...rest } = story;
  const parsed = parseScenario({
    ...rest,
    events,
    ...(account && { account: { ...freelancer, ...account } }),
    ...(until !== undefined && { until: instantText(until) }),
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults, null, 1));
  return parsed.scenario;
}

export const play = (story: Story): SimulationResult => simulate(scenarioOf(story));

/** `01-11 monthly-free +10`: an entry on one line, by its UTC date. */
export const ledgerOf = ({ entries }: SimulationResult): string[] =>
  entries.map(
    ({ effectiveAt, kind, amount }) =>
      `${effectiveAt.slice(5, 10)} ${kind} ${amount > 0 ? '+' : ''}${amount}`,
  );

/** `01-11 cycle:2021-01-11 granted`: a decision on one line. */
export const decisionsOf = ({ decisions }: SimulationResult): string[] =>
  decisions.map(({ at, subject, code }) => `${at.slice(5, 10)} ${subject} ${code}`);

export const codesOf = ({ decisions }: SimulationResult): string[] => decisions.map(({ code }) => code);

/** The built-in terms, with every row changed alike. */
export const termsWith = (change: (row: TermsRow) => Partial<TermsRow>): unknown =>
  builtInTerms.map((row) => ({ ...row, ...change(row) }));

/** One row, in force from 2020-12-01, with these plans in the place of the built-in ones. */
export const plansWith = (plans: Fields): unknown => [
  { ...builtInTerms[0], plans: { ...builtInTerms[0]?.plans, ...plans } },
];
