import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SimulationResult, parseScenario, simulate } from '../../../src/domain/simulation/simulate.ts';

interface Line {
  readonly name: string;
  readonly scenario: unknown;
  readonly expected: SimulationResult;
}

const lines = readFileSync(join(__dirname, '../../fixtures/scenarios.ndjson'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Line);

/** Details of decisions are free but for those of a settled cycle. */
const comparable = (result: SimulationResult): unknown => ({
  ...result,
  decisions: result.decisions.map(({ detail, ...decision }) =>
    decision.code === 'granted' || decision.code === 'no-monthly-grant' ? { ...decision, detail } : decision,
  ),
});

function simulated(scenario: unknown): SimulationResult {
  const parsed = parseScenario(scenario);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return simulate(parsed.scenario);
}

describe('scenarios with results from an independent model of the policy', () => {
  test('there are eighty', () => expect(lines).toHaveLength(80));

  test.each(lines.map((line) => [line.name, line] as const))('%s', (_, { scenario, expected }) => {
    expect(comparable(simulated(scenario))).toEqual(comparable(expected));
  });
});
