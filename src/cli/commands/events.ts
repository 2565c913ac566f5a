/** events import. */
import type { Command } from 'commander';
import { type BadLine, type EventsImported, importEvents } from '../../operations/events/import-events.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { requireRereadable } from '../file-faults.ts';
import { readSourceLines } from '../files.ts';
import {
  ImportFile,
  faultList,
  refusal,
  requireRejectsFile,
  tellRejected,
  writeRejects,
} from '../importing.ts';
import { actorFlag, dryRunFlag, jsonFlag, notifyFlag, reasonFlag, withHelp, yesFlag } from '../options.ts';
import { withRehearsal } from '../rehearsing.ts';
import { requireSchema } from '../require-schema.ts';
import { counted, formatCount } from '../words.ts';

interface ImportFlags {
  skipInvalid?: true;
  rejects?: string;
  notify: 'none' | 'digest' | 'each';
  dryRun?: true;
  actor?: string;
  reason?: string;
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
    .addOption(yesFlag())
    .addOption(jsonFlag())
    .action((file: string, flags: ImportFlags) => runImport(cli, file, flags));
  withHelp(
    command,
    'connects events import events.ndjson --skip-invalid --rejects bad.ndjson',
    [0, 2, 3, 75, 130, 143],
  );
}

async function runImport(cli: Cli, file: string, flags: ImportFlags): Promise<void> {
  await requireRereadable(file);
  const { rejects } = flags;
  if (rejects !== undefined) await requireRejectsFile(rejects, file);
  await requireSchema(cli.app);
  const source = new ImportFile(cli, file, 'lines', () => readSourceLines(file));
  try {
    const imported = await withRehearsal(cli, flags, (rehearsal) =>
      importEvents(cli.app.recordDeps, {
        lines: () => source.rows(),
        source: file,
        skipInvalid: flags.skipInvalid === true,
        ...(rehearsal && { rehearse: rehearsal }),
        notify: flags.notify,
        actor: flags.actor ?? cli.defaultActor,
        ...(flags.reason !== undefined && { reason: flags.reason }),
        signal: cli.signal,
        onProgress: (lines) => source.onProgress(lines),
        onChecked: async (bad) => {
          if (rejects !== undefined) await writeRejects(rejects, rejectLines(bad));
        },
      }),
    );
    if (imported.outcome !== 'interrupted') source.end();
    else source.stop();
    // Written once more where somebody else was faster with an event: then there are more of them.
    if (rejects !== undefined && imported.applied > 0 && !flags.dryRun)
      await writeRejects(rejects, rejectLines(imported.bad));
    report(cli, file, flags, imported);
  } finally {
    source.stop();
  }
}

function report(cli: Cli, file: string, flags: ImportFlags, imported: EventsImported): void {
  const { bad, outcome, ...counts } = imported;
  tellRejected(cli, file, bad, 'lines');
  if (outcome === 'refused') say(cli, refusal(bad, 'line', 'applied'));
  if (outcome === 'interrupted') say(cli, 'interrupted: the same command goes on from here');
  // What an interruption ends with is the signal's code.
  if (outcome !== 'interrupted') {
    if (counts.waiting > 0) cli.exitCode = EXIT.someFailed;
    // Also where somebody else's events came in between, after all lines had been good.
    if (bad.length > 0 && !flags.skipInvalid) cli.exitCode = EXIT.invalid;
  }
  if (flags.json)
    return printJson(cli, {
      outcome,
      dryRun: flags.dryRun === true,
      ...counts,
      bad: bad.length,
      faults: faultList(bad),
    });
  const would = flags.dryRun ? ' (dry run: nothing was written)' : '';
  return print(
    cli,
    `${formatCount(counts.applied)} applied, ${formatCount(counts.refused)} refused by the rules, ` +
      `${formatCount(counts.duplicates)} there already, ${formatCount(counts.waiting)} waiting, ` +
      `${formatCount(bad.length)} bad, of ${counted(counts.lines, 'line')}${would}`,
  );
}

/** The lines as they were: mending them in place is all that is needed. */
function* rejectLines(bad: readonly BadLine[]): Generator<string> {
  for (const row of bad) yield `${row.text}\n`;
}
