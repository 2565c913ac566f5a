/** events import; events waiting is events-waiting.ts. */
import type { Command } from 'commander';
import { type EventsImported, importEvents } from '../../operations/events/import-events.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readSourceLines } from '../files.ts';
import { faultsAsJson, refusal, tellRejected, withImportFile } from '../importing.ts';
import {
  actorFlag,
  dryRunFlag,
  expectFlag,
  jsonFlag,
  notifyFlag,
  reasonFlag,
  withHelp,
  yesFlag,
} from '../options.ts';
import { withRehearsal } from '../rehearsing.ts';
import type { Rejects } from '../rejects.ts';
import { requireSchema } from '../require-schema.ts';
import { counted, formatCount } from '../words.ts';
import { addWaitingCommands } from './events-waiting.ts';

interface ImportFlags {
  expect?: number;
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
    .option(
      '--rejects <file>',
      'write the bad lines there as they are, to be mended and imported again; their faults beside them',
    )
    .addOption(notifyFlag('what the events decide'))
    .addOption(expectFlag('lines in the file'))
    .addOption(dryRunFlag())
    .addOption(actorFlag())
    .addOption(reasonFlag())
    .addOption(yesFlag())
    .addOption(jsonFlag())
    .action((file: string, flags: ImportFlags) => runImport(cli, file, flags));
  withHelp(
    command,
    'connects events import events.ndjson --skip-invalid --rejects bad.ndjson',
    [0, 2, 3, 4, 75, 130, 143],
  );
  addWaitingCommands(events, cli);
}

async function runImport(cli: Cli, file: string, flags: ImportFlags): Promise<void> {
  const given = { file, noun: 'lines', rejectsPath: flags.rejects };
  await withImportFile(cli, given, readSourceLines, async ({ source, rejects }) => {
    await requireSchema(cli.app);
    const imported = await withRehearsal(cli, flags, (rehearsal) =>
      importEvents(cli.app.recordDeps, {
        lines: () => source.rows(),
        source: file,
        skipInvalid: flags.skipInvalid === true,
        expect: flags.expect,
        ...(rehearsal && { rehearse: rehearsal }),
        notify: flags.notify,
        actor: flags.actor ?? cli.defaultActor,
        ...(flags.reason !== undefined && { reason: flags.reason }),
        signal: cli.signal,
        onProgress: (lines) => source.onProgress(lines),
        ...(rejects && { onBad: (lines) => rejects.add(lines) }),
      }),
    );
    await rejects?.end();
    if (imported.outcome !== 'interrupted') source.end();
    else source.stop();
    report(cli, file, flags, imported, rejects);
  });
}

function report(
  cli: Cli,
  file: string,
  flags: ImportFlags,
  imported: EventsImported,
  rejects: Rejects | undefined,
): void {
  const { bad: _bad, badCount, kinds: _kinds, outcome, ...counts } = imported;
  tellRejected(cli, file, imported, 'line', rejects);
  if (outcome === 'refused') say(cli, refusal(imported, 'line', 'applied'));
  if (outcome === 'interrupted') say(cli, 'interrupted: the same command goes on from here');
  // What an interruption ends with is the signal's code.
  if (outcome !== 'interrupted') {
    if (counts.waiting > 0) {
      cli.exitCode = EXIT.someFailed;
      if (!flags.dryRun) say(cli, 'which events wait, and why: "connects events waiting list"');
    }
    // Also where somebody else's events came in between, after all lines had been good.
    if (badCount > 0) cli.exitCode = flags.skipInvalid ? EXIT.someFailed : EXIT.invalid;
    if (counts.busy > 0) cli.exitCode = EXIT.tryAgain;
  }
  if (counts.busy > 0)
    say(
      cli,
      `${counted(counts.busy, 'line was', 'lines were')} not recorded: somebody else keeps ` +
        'their accounts locked (see "connects doctor"). Import the same file again',
    );
  if (flags.json)
    return printJson(cli, {
      outcome,
      dryRun: flags.dryRun === true,
      ...counts,
      bad: badCount,
      ...faultsAsJson(imported),
    });
  const would = flags.dryRun ? ' (dry run: nothing was written)' : '';
  return print(
    cli,
    `${formatCount(counts.applied)} applied, ${formatCount(counts.refused)} refused by the rules, ` +
      `${formatCount(counts.duplicates)} there already, ${formatCount(counts.waiting)} waiting, ` +
      `${formatCount(badCount)} bad, of ${counted(counts.lines, 'line')}${would}`,
  );
}
