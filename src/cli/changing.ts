/** What commands have in common that change something small: their flags, and who changes it and why. */
import type { Command } from 'commander';
import type { Cli } from './context.ts';
import { actorFlag, dryRunFlag, jsonFlag, reasonFlag, yesFlag } from './options.ts';

export const withChangeFlags = (command: Command): Command =>
  [actorFlag(), reasonFlag(), dryRunFlag(), yesFlag(), jsonFlag()].reduce(
    (changing, flag) => changing.addOption(flag),
    command,
  );

export const byWhom = (
  cli: Pick<Cli, 'defaultActor'>,
  flags: { readonly actor?: string; readonly reason?: string },
) => ({ actor: flags.actor ?? cli.defaultActor, reason: flags.reason ?? null });
