import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resultShape, simulateJsonSchema } from '../../../src/domain/simulation/json-schema.ts';
import { parseScenario, simulate } from '../../../src/domain/simulation/simulate.ts';

const root = join(__dirname, '../../..');

test('docs/simulate.schema.json is what the schemas make', () => {
  const published: unknown = JSON.parse(readFileSync(join(root, 'docs/simulate.schema.json'), 'utf8'));
  expect(published).toEqual(JSON.parse(JSON.stringify(simulateJsonSchema())));
});

test('every result of the sample scenarios is of the published shape', () => {
  const lines = readFileSync(join(root, 'test/fixtures/scenarios.ndjson'), 'utf8').trim().split('\n');
  expect(lines.length).toBe(80);
  for (const line of lines) {
    const parsed = parseScenario((JSON.parse(line) as { scenario: unknown }).scenario);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    expect(resultShape.safeParse(simulate(parsed.scenario)).error).toBeUndefined();
  }
});
