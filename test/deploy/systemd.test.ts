/** The units for systemd: verified by its own tool, in a root of their own where the program is installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locateSystemdAnalyze } from '../../scripts/servers/deploy-tools.ts';
import { commandsOf, pathOf } from '../../src/cli/frame.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { STOP_MAX_MS } from '../../src/cli/signals.ts';
import { SETTINGS, parseConfig } from '../../src/config.ts';
import { root } from '../support/cli.ts';
import { keepingCli } from '../support/in-process.ts';

const folder = join(root, 'deploy/systemd');
const units = readdirSync(folder).filter((name) => /\.(service|timer)$/.test(name));
const services = units.filter((name) => name.endsWith('.service'));
const textOf = (unit: string): string => readFileSync(join(folder, unit), 'utf8');
/** What a unit says, the last one first. */
const valueOf = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1];
/** As it is started: a template needs an instance. */
const startedAs = (unit: string): string => unit.replace('@.', '@1.');

describe('to systemd itself', () => {
  let place: string;
  let tool: string;
  const analyze = (...args: string[]): { status: number | null; stderr: string } => {
    if (tool === undefined)
      throw new Error('systemd-analyze is missing: it is part of Debian’s package systemd');
    const { status, stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8' });
    return { status, stderr: status === 0 ? stderr : `${stderr}${stdout}` };
  };
  beforeAll(async () => {
    tool = await locateSystemdAnalyze();
    place = mkdtempSync(join(tmpdir(), 'connects-units-'));
    for (const one of ['etc/systemd', 'usr/lib/systemd', 'usr/local/bin'])
      mkdirSync(join(place, one), { recursive: true });
    symlinkSync('usr/lib', join(place, 'lib'));
    cpSync(folder, join(place, 'etc/systemd/system'), { recursive: true });
    execFileSync('cp', ['-r', '/usr/lib/systemd/system', join(place, 'usr/lib/systemd/system')]);
    writeFileSync(join(place, 'usr/local/bin/connects'), '#!/bin/sh\n', { mode: 0o755 });
  });
  afterAll(() => rmSync(place, { recursive: true }));

  test.each(units)('%s is right', (unit) => {
    expect(analyze('verify', '--man=no', `--root=${place}`, startedAs(unit))).toEqual({
      status: 0,
      stderr: '',
    });
  });

  it('says what is wrong', () => {
    writeFileSync(
      join(place, 'etc/systemd/system/connects-wrong.service'),
      '[Service]\nExecStart=/nowhere\nRestrat=no\n',
    );
    const found = analyze('verify', '--man=no', `--root=${place}`, 'connects-wrong.service');
    expect(found.stderr).toMatch(/Restrat/);
    expect(found.status).not.toBe(0);
  });

  // Its number grows with what a service may do that it does not need: 10 is everything, 9.6 a plain unit.
  test.each(services)('%s may do little', (unit) => {
    const asked = ['security', '--offline=true', '--threshold=25', `--root=${place}`, startedAs(unit)];
    expect(analyze(...asked)).toMatchObject({ status: 0 });
  });
});

describe('the program', () => {
  const program = buildProgram(keepingCli().cli, '0.0.0');
  const known = new Map(commandsOf(program).map((one) => [pathOf(one), one]));
  const own = (unit: string): [string, string][] =>
    [...textOf(unit).matchAll(/(CONNECTS_[A-Z_]+)=(\S+)/g)].map(([, name = '', value = '']) => [
      name,
      value.replace('%i', '1'),
    ]);

  test.each(services)('has the command and settings of %s', (unit) => {
    const [command = '', ...words] = (valueOf(textOf(unit), 'ExecStart') ?? '').split(' ').slice(1);
    const flags = words.filter((one) => one.startsWith('--'));
    const found = known.get(`connects ${command}`);
    expect(found).toBeDefined();
    const options = found?.options.map((one) => one.long) ?? [];
    expect({ command, flags: flags.filter((one) => options.includes(one)) }).toEqual({ command, flags });
    expect(own(unit).filter(([name]) => !SETTINGS.includes(name))).toEqual([]);
    parseConfig(Object.fromEntries(own(unit)));
  });

  it('is given time to stop, and a port of its own for each process', () => {
    for (const unit of services)
      expect(Number(valueOf(textOf(unit), 'TimeoutStopSec')) * 1_000).toBeGreaterThan(STOP_MAX_MS);
    const ports = services.flatMap((unit) => own(unit).map(([, value]) => value));
    expect(new Set(ports).size).toBe(ports.length);
    expect(ports.length).toBe(4);
  });

  it('is started by a timer where it ends by itself', () => {
    const once = services.filter((unit) => valueOf(textOf(unit), 'Type') === 'oneshot');
    const timers = units.filter((name) => name.endsWith('.timer'));
    expect(timers.map((one) => one.replace('.timer', '.service')).toSorted()).toEqual(once.toSorted());
  });
});
