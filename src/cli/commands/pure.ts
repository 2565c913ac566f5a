/** The rules without any server: calendar, simulate, terms check. */
import type { Command } from 'commander';
import { type MonthEnd, boundary, formatInstant } from '../../domain/calendar.ts';
import type { Fault } from '../../domain/terms.ts';
import { parseScenario, simulate } from '../../domain/simulate.ts';
import { invalidInput } from '../../errors.ts';
import { type Cli, formatTable, print, printJson } from '../context.ts';
import { readJson, readLines } from '../files.ts';
import { countFlag, dateFlag, jsonFlag, withHelp, zoneFlag } from '../options.ts';

export function addPureCommands(program: Command, cli: Cli): void {
  addCalendar(program, cli);
  addSimulate(program, cli);
}

function addCalendar(program: Command, cli: Cli): void {
  const command = program
    .command('calendar')
    .description('the boundaries of an anchor: date and first instant of each')
    .requiredOption('--anchor <date>', 'the local date from which all are counted', dateFlag)
    .option('--zone <zone>', 'IANA time zone', zoneFlag, 'UTC')
    .option('--count <n>', 'how many boundaries after the anchor', countFlag(0, 10_000), 12)
    .option('--month-end <rule>', 'clamp or first-of-next', monthEndFlag, 'clamp')
    .addOption(jsonFlag())
    .action((given: { anchor: string; zone: string; count: number; monthEnd: MonthEnd; json?: true }) => {
      const calendar = { anchorOn: given.anchor, zone: given.zone, monthEnd: given.monthEnd };
      const boundaries = Array.from({ length: given.count + 1 }, (_, n) => boundary(calendar, n)).map(
        (one) => ({
          n: one.n,
          on: one.on,
          at: formatInstant(one.at),
        }),
      );
      if (given.json) return printJson(cli, boundaries);
      return print(
        cli,
        formatTable(
          ['n', 'on', 'at'],
          boundaries.map((one) => [one.n, one.on, one.at]),
        ),
      );
    });
  withHelp(command, 'connects calendar --anchor 2021-01-31 --zone America/Havana --count 6', [0, 2]);
}

function monthEndFlag(text: string): MonthEnd {
  if (text === 'clamp' || text === 'first-of-next') return text;
  throw invalidInput('usage', `--month-end ${text}: expected clamp or first-of-next`);
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
      return printJson(cli, simulateOne(await readJson(file), file));
    });
  withHelp(command, 'connects simulate scenario.json', [0, 2]);
}

async function simulateLines(cli: Cli, file: string): Promise<void> {
  const results: string[] = [];
  for await (const { line, value } of readLines(file)) {
    const { name, scenario } = value as { name?: unknown; scenario?: unknown };
    if (scenario === undefined)
      throw invalidInput('scenario', `${file}, line ${line}: expected {"name": …, "scenario": …}`);
    results.push(JSON.stringify({ name, result: simulateOne(scenario, `${file}, line ${line}`) }));
  }
  for (const one of results) print(cli, one);
}

function simulateOne(input: unknown, where: string): unknown {
  const parsed = parseScenario(input);
  if (!parsed.ok) throw invalidInput('scenario', formatFaults(where, parsed.faults));
  return simulate(parsed.scenario);
}

/** Every fault on a line of its own, under the file that has them. */
export const formatFaults = (where: string, faults: readonly Fault[]): string =>
  [`${where} has ${faults.length} fault${faults.length === 1 ? '' : 's'}:`]
    .concat(faults.map((one) => `  ${one.where}: ${one.what}`))
    .join('\n');
