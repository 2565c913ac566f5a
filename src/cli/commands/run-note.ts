/** run note: what is known about a run, for whoever looks at it next. */
import type { Command } from 'commander';
import { notedJson } from '../../json/runs.ts';
import { noteRun } from '../../operations/runs/note-run.ts';
import { type Cli, print, printJson } from '../context.ts';
import {
  actorFlag,
  dryRunFlag,
  idFlag,
  jsonFlag,
  reasonFlag,
  textFlag,
  withHelp,
  yesFlag,
} from '../options.ts';
import { changeOrRehearse } from '../rehearsing.ts';
import { requireSchema } from '../require-schema.ts';

interface NoteFlags {
  reason?: string;
  actor?: string;
  dryRun?: true;
  json?: true;
}

/** What the table has room for. */
const NOTE_LENGTH_MAX = 500;
export const noteFlag = textFlag(NOTE_LENGTH_MAX);

export function addRunNote(run: Command, cli: Cli): void {
  const note = run
    .command('note')
    .description('write down something about a run: "run show" and "run list" show it')
    .argument('<id>', 'the number of the run', idFlag)
    .argument('<text>', 'one line', noteFlag)
    .addOption(reasonFlag())
    .addOption(actorFlag())
    .addOption(dryRunFlag())
    .addOption(yesFlag())
    .addOption(jsonFlag())
    .action((id: number, text: string, flags: NoteFlags) => writeNote(cli, id, text, flags));
  withHelp(note, 'connects run note 17 "the new terms, before they were mended"', [0, 2, 6, 75]);
}

async function writeNote(cli: Cli, run: number, note: string, flags: NoteFlags): Promise<void> {
  await requireSchema(cli.app);
  const request = { run, note, actor: flags.actor ?? cli.defaultActor, reason: flags.reason ?? null };
  await changeOrRehearse(cli, flags, (db) => noteRun({ db }, request));
  const dryRun = flags.dryRun === true;
  if (flags.json) return printJson(cli, notedJson(request, dryRun));
  return print(cli, `noted at run ${run}${dryRun ? ' (dry run: nothing was written)' : ''}`);
}
