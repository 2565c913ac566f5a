/** The rules for Prometheus, checked and played by its own tool; every alert of the program has one. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { locatePromtool } from '../../scripts/servers/deploy-tools.ts';
import { ALERTS } from '../../src/domain/alerts.ts';
import { root } from '../support/cli.ts';

const deploy = join(root, 'deploy');
const rules = parse(readFileSync(join(deploy, 'alerts.yaml'), 'utf8')) as {
  groups: { rules: { alert: string; expr: string }[] }[];
};
const alerts = rules.groups.flatMap((group) => group.rules.map((one) => one.alert));

let promtool: string;
beforeAll(async () => {
  promtool = await locatePromtool();
});

test('promtool finds nothing wrong with rules and examples', () => {
  expect(
    execFileSync(promtool, ['check', 'rules', join(deploy, 'alerts.yaml')], { encoding: 'utf8' }),
  ).toContain(`${alerts.length} rules found`);
  for (const file of ['prometheus.yaml', 'kubernetes/prometheus.yaml'])
    execFileSync(promtool, ['check', 'config', join(deploy, file)]);
});

test('each is on when it should be, and is not before', () => {
  const file = join(deploy, 'alerts.test.yaml');
  execFileSync(promtool, ['test', 'rules', file]);
  const { tests } = parse(readFileSync(file, 'utf8')) as {
    tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
  };
  const played = tests.flatMap((one) => one.alert_rule_test);
  const isPlayed = (alert: string, isOn: boolean): boolean =>
    played.some((one) => one.alertname === alert && one.exp_alerts.length > 0 === isOn);
  expect(alerts.filter((alert) => !isPlayed(alert, true) || !isPlayed(alert, false))).toEqual([]);
});

test('a rule that comes later than it says is found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'connects-rules-'));
  try {
    cpSync(join(deploy, 'alerts.test.yaml'), join(folder, 'alerts.test.yaml'));
    const changed = readFileSync(join(deploy, 'alerts.yaml'), 'utf8').replace('for: 5m', 'for: 8m');
    writeFileSync(join(folder, 'alerts.yaml'), changed);
    const played = spawnSync(promtool, ['test', 'rules', join(folder, 'alerts.test.yaml')], {
      encoding: 'utf8',
    });
    expect({ code: played.status, says: `${played.stdout}${played.stderr}` }).toEqual({
      code: 1,
      says: expect.stringContaining('ConnectsOldestDueTooOld') as string,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('whatever the program tells of by itself is a rule, too', () => {
  const told = Object.values(ALERTS).map((one) => one.heading);
  expect(told.filter((heading) => !alerts.includes(heading))).toEqual([]);
});
