/** sweep --account, --accounts-file, --plan, --limit: a run of its own over some of those who are due. */
import { required } from '../../config.ts';
import { openRehearsal } from '../../db/rehearsal.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import type { PlanName } from '../../domain/terms.ts';
import { requireExpected } from '../../expecting.ts';
import {
  type Chosen,
  type ListedRequest,
  chooseAccounts,
  openListedSweep,
} from '../../operations/runs/listed-sweep.ts';
import { previewListed } from '../../operations/runs/preview-sweep.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readIds } from '../id-file.ts';
import { Progress } from '../progress.ts';
import { describePreview } from '../run-text.ts';
import { screenOf } from '../screen.ts';
import { type StayFlags, stayWith, submitOnly } from '../staying.ts';
import { counted } from '../words.ts';

export interface WantedFlags {
  readonly account?: readonly string[];
  readonly accountsFile?: string;
  readonly plan?: PlanName;
  readonly limit?: number;
}

interface ListedFlags extends WantedFlags, StayFlags {
  readonly asOf?: Instant;
  readonly expect?: number;
  readonly wait?: true;
  readonly dryRun?: true;
  readonly actor?: string;
  readonly reason?: string;
}

/** Whether it is over some of those who are due only. */
export const isOverSome = ({ account, accountsFile, plan, limit }: WantedFlags): boolean =>
  [account, accountsFile, plan, limit].some((one) => one !== undefined);

/** The schema is there by now. */
export async function sweepSome(cli: Cli, flags: ListedFlags): Promise<void> {
  const { app } = cli;
  const request = await requestOf(cli, flags);
  const deps = { db: app.db, log: app.log, settings: { settleGraceMs: app.config.settleGraceMs } };
  const chosen = await chooseAccounts(deps, request);
  requireExpected(flags.expect, chosen.ids.length, 'account');
  sayLeftOut(cli, chosen);
  if (flags.dryRun) return preview(cli, flags, chosen);
  if (chosen.ids.length === 0) return reportNobody(cli, flags, chosen);
  const run = await openListedSweep(deps, request, chosen);
  say(
    cli,
    `run ${run.id} is over ${counted(chosen.ids.length, 'account')} of those who are due; all others stay due`,
  );
  const told = { leftOut: toJson(chosen) };
  const waits = flags.wait === true || flags.work === true;
  return waits ? stayWith(cli, flags, run, told) : submitOnly(cli, flags, run, told);
}

async function requestOf(cli: Cli, flags: ListedFlags): Promise<ListedRequest> {
  const { asOf, reason, plan, limit } = flags;
  const accounts = flags.accountsFile === undefined ? flags.account : await readIds(flags.accountsFile);
  return {
    wanted: {
      ...(accounts && { accounts }),
      ...(plan !== undefined && { plan }),
      ...(limit !== undefined && { limit }),
    },
    actor: flags.actor ?? cli.defaultActor,
    ...(asOf !== undefined && { asOf }),
    ...(reason !== undefined && { reason }),
  };
}

/** Accounts named one by one on a screen; --json has all. */
const SHOWN = 20;

function sayLeftOut(cli: Cli, { asOf, unknown, putAside, notDue, beyondLimit }: Chosen): void {
  const name = (what: string, ids: readonly string[]): void => {
    if (ids.length === 0) return;
    const more = ids.length > SHOWN ? ` and ${ids.length - SHOWN} more` : '';
    say(cli, `${counted(ids.length, 'account')} ${what}: ${ids.slice(0, SHOWN).join(', ')}${more}`);
  };
  name('unknown', unknown);
  name('put aside, and left to "connects rerun --all --account ID"', putAside);
  name(
    `not due as of ${formatInstant(asOf)}`,
    notDue.map(
      ({ account, next }) => `${account} (${next === null ? 'closed' : `next ${formatInstant(next)}`})`,
    ),
  );
  if (beyondLimit > 0) say(cli, `${counted(beyondLimit, 'account')} due beyond --limit, and left due`);
}

const toJson = ({ unknown, putAside, notDue, beyondLimit }: Chosen) => ({
  unknown,
  putAside,
  notDue: notDue.map(({ account, next }) => ({ account, next: next === null ? null : formatInstant(next) })),
  beyondLimit,
});

function reportNobody(cli: Cli, flags: ListedFlags, chosen: Chosen): void {
  const asOf = formatInstant(chosen.asOf);
  if (flags.json)
    return printJson(cli, { outcome: 'nothing-due', asOf, remaining: 0, runs: [], leftOut: toJson(chosen) });
  return print(cli, `nobody of these is due as of ${asOf}`);
}

/** The real path, rolled back. */
async function preview(cli: Cli, flags: ListedFlags, chosen: Chosen): Promise<void> {
  const { config, clock, settleDeps } = cli.app;
  const session = openRehearsal(required(config, 'databaseUrl'));
  const progress = new Progress(cli.streams.err, 'accounts', clock.elapsedMs());
  try {
    const { outcome, ...counts } = await previewListed(
      { session, clock, settings: settleDeps.settings, settleGraceMs: config.settleGraceMs },
      {
        asOf: chosen.asOf,
        ids: chosen.ids,
        signal: cli.signal,
        onProgress: (state) => progress.show(state, clock.elapsedMs()),
      },
    );
    progress.stop();
    if (outcome === 'interrupted') return say(cli, 'interrupted: nothing was written');
    if (counts.failed > 0) cli.exitCode = EXIT.someFailed;
    if (!flags.json) return print(cli, describePreview(screenOf(cli), { ...counts, outcome }));
    const asOf = formatInstant(counts.asOf);
    return printJson(cli, { outcome, ...counts, asOf, leftOut: toJson(chosen) });
  } finally {
    progress.stop();
    await session.destroy();
  }
}
