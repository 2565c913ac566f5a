/** events import. */
import type { Command } from 'commander';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { invalidInput } from '../../errors.ts';
import { type BadLine, type EventsImported, importEvents } from '../../operations/import-events.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readSourceLines } from '../files.ts';
import { actorFlag, dryRunFlag, jsonFlag, notifyFlag, reasonFlag, withHelp } from '../options.ts';
import { Progress } from '../progress.ts';
import { requireSchema } from '../require-schema.ts';

interface ImportFlags {
  skipInvalid?: true;
  rejects?: string;
  notify: 'none' | 'digest' | 'each';
  dryRun?: true;
  json?: true;
}

export function addEventCommands(program: Command, cli: Cli): void {
  const events = program.command('events').description('facts from other systems');
  const command = events
    .command('import')
    .description('import events.ndjson; every line is checked before any is applied')
    .argument('<file>', 'one event a line, applied in file order per account')
    .option('--skip-invalid', 'apply the good lines when there are bad ones')
    .option('--rejects <file>', 'write the bad lines there, to be mended and imported again')
    .addOption(notifyFlag().default('none'))
    .addOption(dryRunFlag())
    .addOption(actorFlag())
    .addOption(reasonFlag())
    .addOption(jsonFlag())
    .action((file: string, flags: ImportFlags) => runImport(cli, file, flags));
  withHelp(
    command,
    'connects events import events.ndjson --skip-invalid --rejects bad.ndjson',
    [0, 2, 3, 75],
  );
}

/** Bad lines that are listed one by one; the rejects file has them all. */
const LISTED_MAX = 1_000;

async function runImport(cli: Cli, file: string, flags: ImportFlags): Promise<void> {
  if (file === '-') throw invalidInput('usage', 'events import reads its file twice: give a file, not -');
  await requireSchema(cli.app);
  const progress = new Progress(cli.streams.err, 'lines', cli.app.clock.now());
  let passes = { lines: 0, total: 0 };
  const imported = await importEvents(cli.app.recordDeps, {
    lines: () => {
      // The first pass learns how many lines there are; the second can show a share of them.
      passes = { lines: 0, total: passes.lines };
      return readSourceLines(file);
    },
    skipInvalid: flags.skipInvalid === true,
    dryRun: flags.dryRun === true,
    notify: flags.notify,
    signal: cli.signal,
    onProgress: (lines) => {
      passes.lines = lines;
      progress.show({ done: lines, total: Math.max(lines, passes.total) }, cli.app.clock.now());
    },
  });
  progress.end({ done: imported.lines, total: imported.lines }, cli.app.clock.now());
  if (flags.rejects !== undefined) await writeRejects(flags.rejects, imported.bad);
  report(cli, file, flags, imported);
}

function report(cli: Cli, file: string, flags: ImportFlags, imported: EventsImported): void {
  const { bad, ...counts } = imported;
  for (const row of bad.slice(0, LISTED_MAX))
    for (const fault of row.faults) say(cli, `${file}, line ${row.line}, ${fault.where}: ${fault.what}`);
  if (bad.length > LISTED_MAX) say(cli, `… and ${bad.length - LISTED_MAX} more bad lines`);
  if (imported.outcome === 'refused') {
    cli.exitCode = EXIT.invalid;
    say(cli, `nothing was applied: mend the ${bad.length} bad lines, or use --skip-invalid --rejects FILE`);
  }
  if (imported.waiting > 0) cli.exitCode = EXIT.someFailed;
  if (flags.json) return printJson(cli, { ...counts, bad: bad.length });
  const would = flags.dryRun ? ' (dry run: nothing was written)' : '';
  return print(
    cli,
    `${counts.applied} applied, ${counts.refused} refused by the rules, ${counts.duplicates} there already, ` +
      `${counts.waiting} waiting, ${bad.length} bad, of ${counts.lines} lines${would}`,
  );
}

/** The lines as they were: mending them in place is all that is needed. */
async function writeRejects(file: string, bad: readonly BadLine[]): Promise<void> {
  const out = createWriteStream(file);
  for (const row of bad) if (!out.write(`${row.text}\n`)) await once(out, 'drain');
  out.end();
  await once(out, 'close');
}
