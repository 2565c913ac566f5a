/** The rules without any server: calendar, simulate, terms check. */
import { type Command, Option } from 'commander';
import { type Boundary, type MonthEnd, boundary, formatInstant } from '../../domain/calendar.ts';
import { isRecord } from '../../domain/events/fields.ts';
import type { Fault } from '../../domain/terms.ts';
import { parseScenario, simulate } from '../../domain/simulation/simulate.ts';
import { invalidInput } from '../../errors.ts';
import { BadRows } from '../../operations/imports/bad-rows.ts';
import { type Cli, print, printJson } from '../context.ts';
import { nameOf } from '../file-faults.ts';
import { faultsOfFile, formatFaults } from '../fault-list.ts';
import { readJson, readLines } from '../files.ts';
import { type ListFlags, printList, withListFlags } from '../listing.ts';
import { countFlag, dateFlag, withHelp, zoneFlag } from '../options.ts';

export function addPureCommands(program: Command, cli: Cli): void {
  addCalendar(program, cli);
  addSimulate(program, cli);
}

interface CalendarFlags extends ListFlags {
  anchor: string;
  zone: string;
  count: number;
  monthEnd: MonthEnd;
}

function addCalendar(program: Command, cli: Cli): void {
  const command = withListFlags(
    program
      .command('calendar')
      .description('the boundaries of an anchor: date and first instant of each')
      .requiredOption('--anchor <date>', 'the local date from which all are counted', dateFlag)
      .option('--zone <zone>', 'IANA time zone', zoneFlag, 'UTC')
      .option('--count <n>', 'how many boundaries after the anchor', countFlag(0, 10_000), 12)
      .addOption(
        new Option('--month-end <rule>', 'what a 29th, 30th or 31st becomes in a shorter month')
          .choices(['clamp', 'first-of-next'])
          .default('clamp'),
      ),
  ).action((flags: CalendarFlags) => showCalendar(cli, flags));
  withHelp(command, 'connects calendar --anchor 2021-01-31 --zone America/Havana --count 6', [0, 2]);
}

function showCalendar(cli: Cli, flags: CalendarFlags): Promise<void> {
  const calendar = { anchorOn: flags.anchor, zone: flags.zone, monthEnd: flags.monthEnd };
  const boundaries = Array.from({ length: flags.count + 1 }, (_, n) => boundary(calendar, n));
  return printList(cli, flags, boundaries, {
    toJson: ({ n, on, at }: Boundary) => ({ n, on, at: formatInstant(at) }),
    fields: ['n', 'on', 'at'],
    columns: ['n', `on (${flags.zone})`, 'at (UTC)'],
    toRow: ({ n, on, at }) => [n, on, formatInstant(at)],
    none: 'no boundaries',
  });
}

function addSimulate(program: Command, cli: Cli): void {
  const command = program
    .command('simulate')
    .description('what the rules make of a scenario: entries and decisions, without any server')
    .argument(
      '<file>',
      'one scenario (.json), or one {"name","scenario"} a line (.ndjson); - reads standard input',
    )
    .action(async (file: string) => {
      if (file.endsWith('.ndjson')) return simulateLines(cli, file);
      return printJson(cli, simulateOne(await readJson(file), nameOf(file)));
    });
  withHelp(command, 'connects simulate scenario.json', [0, 2]);
}

/** All of them, or none: what is wrong with any line is told for every line. */
async function simulateLines(cli: Cli, file: string): Promise<void> {
  const results: string[] = [];
  const bad = new BadRows();
  for await (const { line, value, fault } of readLines(file)) {
    const told = fault === undefined ? simulateLine(value) : [{ where: '(line)', what: fault }];
    if (typeof told === 'string') results.push(told);
    else bad.add({ line, faults: told });
  }
  if (bad.count > 0) throw invalidInput('scenario', faultsOfFile(file, bad));
  if (results.length === 0) throw invalidInput('scenario', `${file} is empty: ${NAMED}`);
  for (const one of results) print(cli, one);
}

const NAMED = 'expected one {"name": …, "scenario": …} a line';

/** What is printed of it, or what is wrong with it. */
function simulateLine(value: unknown): string | readonly Fault[] {
  if (!isRecord(value) || value.scenario === undefined || typeof value.name !== 'string')
    return [{ where: '(line)', what: NAMED }];
  const parsed = parseScenario(value.scenario);
  return parsed.ok ? JSON.stringify({ name: value.name, result: simulate(parsed.scenario) }) : parsed.faults;
}

function simulateOne(input: unknown, where: string): unknown {
  const parsed = parseScenario(input);
  if (!parsed.ok) throw invalidInput('scenario', formatFaults(where, parsed.faults));
  return simulate(parsed.scenario);
}
