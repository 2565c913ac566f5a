/** deploy/compose.yaml agrees with the program, and its example for Prometheus with it. What it sets: test/config.test.ts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { commandsOf, pathOf } from '../../src/cli/frame.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { STOP_MAX_MS } from '../../src/cli/signals.ts';
import { parseConfig, parseDuration } from '../../src/config.ts';
import { root } from '../support/cli.ts';
import { keepingCli } from '../support/in-process.ts';

interface Service {
  readonly build?: string;
  readonly command: string;
  readonly environment: Readonly<Record<string, string | number>>;
  readonly ports?: readonly string[];
  readonly stop_grace_period?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
}
const { services } = parse(readFileSync(join(root, 'deploy/compose.yaml'), 'utf8')) as {
  services: Readonly<Record<string, Service>>;
};
const ours = Object.values(services).filter((one) => one.build === '..');

test('its services are commands that there are', () => {
  const known = commandsOf(buildProgram(keepingCli().cli, '0.0.0')).map(pathOf);
  expect(ours.map((one) => one.command)).toEqual(['migrate', 'serve']);
  expect(ours.filter((one) => !known.includes(`connects ${one.command}`))).toEqual([]);
});

test('its ports are those that the program listens on, and its health is asked for there', () => {
  const { serve } = services;
  const own = Object.entries(serve?.environment ?? {}).filter(([name]) =>
    /^CONNECTS_(CONSOLE|HEALTH)_PORT$/.test(name),
  );
  const { consolePort, healthPort } = parseConfig(
    Object.fromEntries(own.map(([name, value]) => [name, String(value)])),
  );
  expect(serve?.ports).toEqual([consolePort, healthPort].map((port) => `127.0.0.1:${port}:${port}`));
  expect(serve?.healthcheck?.test.at(-1)).toContain(`http://127.0.0.1:${healthPort}/livez`);
});

test('it waits for a stop as long as one may take', () => {
  for (const { stop_grace_period: grace } of ours.filter((one) => one.command === 'serve'))
    expect(parseDuration(grace ?? '') ?? 0).toBeGreaterThan(STOP_MAX_MS);
});
