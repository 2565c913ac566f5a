/** migrate, and terms. */
import type { Command } from 'commander';
import { required } from '../../config.ts';
import { type Database, connectDatabase } from '../../db/connection.ts';
import { pendingMigrations, unknownMigrations } from '../../db/migrate.ts';
import { formatInstant } from '../../domain/calendar.ts';
import { builtInTerms } from '../../domain/terms.ts';
import { ConnectsError, invalidInput } from '../../errors.ts';
import { appliedJson, termsJson } from '../../json/terms.ts';
import { listTermsVersions } from '../../ledger/terms-versions.ts';
import { applyTerms } from '../../operations/upkeep/apply-terms.ts';
import {
  type MigrateDeps,
  listGrants,
  migrateDatabase,
  recordMigration,
} from '../../operations/upkeep/migrate-database.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { formatFaults } from '../fault-list.ts';
import { nameOf } from '../file-faults.ts';
import { actorFlag, dryRunFlag, jsonFlag, reasonFlag, withHelp, yesFlag } from '../options.ts';
import { requireSchema } from '../require-schema.ts';
import { readTerms, requireTerms } from '../terms-file.ts';
import { counted } from '../words.ts';

export function addDatabaseCommands(program: Command, cli: Cli): void {
  addMigrate(program, cli);
  const terms = program.command('terms').description('the numbers that the program grants by');
  const show = terms
    .command('show')
    .description('the terms in the database, the latest version first; the built-in ones without a database')
    .option('--built-in', 'the built-in terms, without asking a database')
    .addOption(jsonFlag())
    .action((flags: { builtIn?: true; json?: true }) => showTerms(cli, flags));
  withHelp(show, 'connects terms show', [0, 2, 75]);
  const check = terms
    .command('check')
    .description('check a file of terms, listing every fault at once, without any server')
    .argument('<file>', 'a JSON file; - reads standard input')
    .addOption(jsonFlag())
    .action((file: string, flags: { json?: true }) => checkTerms(cli, file, flags));
  withHelp(check, 'connects terms check terms.json', [0, 2]);
  const apply = terms
    .command('apply')
    .description('store a file of terms as a new version; runs from then on pin it')
    .argument('<file>', 'a JSON file; - reads standard input')
    .option(
      '--despite-awards',
      'also where awards and upgrades were posted by numbers that change: they stay',
    )
    .addOption(reasonFlag())
    .addOption(actorFlag())
    .addOption(dryRunFlag())
    .addOption(yesFlag())
    .addOption(jsonFlag())
    .action((file: string, flags: ApplyFlags) => runApply(cli, file, flags));
  withHelp(apply, 'connects terms apply terms.json --reason "summer programme"', [0, 2, 75]);
}

/** What is wrong is the answer, and no error: with --json it is a document, too. */
async function checkTerms(cli: Cli, file: string, flags: { json?: true }): Promise<void> {
  if (!flags.json)
    return print(cli, `${nameOf(file)} is good: ${counted((await requireTerms(file)).length, 'row')}`);
  const parsed = await readTerms(file);
  if (parsed.ok) return printJson(cli, { outcome: 'good', rows: parsed.terms.length });
  cli.exitCode = EXIT.invalid;
  return printJson(cli, { outcome: 'faulty', faults: parsed.faults });
}

interface ApplyFlags {
  despiteAwards?: true;
  reason?: string;
  actor?: string;
  dryRun?: true;
  json?: true;
}

async function showTerms(cli: Cli, flags: { builtIn?: true; json?: true }): Promise<void> {
  const withoutDatabase = flags.builtIn || cli.app.config.databaseUrl === undefined;
  if (withoutDatabase)
    return printJson(cli, flags.json ? [{ version: 'built-in', terms: builtInTerms }] : builtInTerms);
  await requireSchema(cli.app);
  const versions = await listTermsVersions(cli.app.db, 100);
  if (flags.json) return printJson(cli, versions.map(termsJson));
  for (const one of versions)
    say(
      cli,
      `version ${one.version}, applied ${formatInstant(one.appliedAt)} by ${one.actor}: ${one.reason}`,
    );
  return printJson(cli, versions[0]?.terms ?? builtInTerms);
}

async function runApply(cli: Cli, file: string, flags: ApplyFlags): Promise<void> {
  const reason = flags.reason ?? (flags.dryRun ? 'dry run' : undefined);
  if (reason === undefined)
    throw invalidInput('usage', 'a version of the terms is kept with its reason: say it with --reason TEXT');
  const terms = await requireTerms(file);
  await requireSchema(cli.app);
  const applied = await applyTerms(cli.app, {
    terms,
    actor: flags.actor ?? cli.defaultActor,
    reason,
    dryRun: flags.dryRun === true,
    despiteAwards: flags.despiteAwards === true,
  });
  if (applied.outcome === 'refused') throw invalidInput('terms', formatFaults(nameOf(file), applied.faults));
  if (flags.json) return printJson(cli, appliedJson(applied, flags.dryRun === true));
  const would = flags.dryRun ? ' (dry run: nothing was stored)' : '';
  return print(
    cli,
    applied.outcome === 'applied'
      ? `runs from now on go by terms version ${applied.version}${would}`
      : `the same terms are in force already, as version ${applied.version}`,
  );
}

interface MigrateFlags {
  printGrants?: true;
  dryRun?: true;
  actor?: string;
  reason?: string;
  json?: true;
}

function addMigrate(program: Command, cli: Cli): void {
  const command = program
    .command('migrate')
    .description('bring the schema up to date; safe when several start at once')
    .option('--print-grants', "print the GRANT statements of the app's user, and change nothing")
    .addOption(dryRunFlag())
    .addOption(actorFlag())
    .addOption(reasonFlag())
    .addOption(yesFlag())
    .addOption(jsonFlag())
    .action((flags: MigrateFlags) => runMigrate(cli, flags));
  withHelp(command, 'connects migrate', [0, 2, 4, 5, 75]);
}

async function runMigrate(cli: Cli, flags: MigrateFlags): Promise<void> {
  const { config } = cli.app;
  const ownerUrl = config.migrateDatabaseUrl ?? required(config, 'databaseUrl');
  const owner = connectDatabase(ownerUrl, 1);
  const separate = config.databaseUrl !== undefined && config.databaseUrl !== ownerUrl;
  const deps: MigrateDeps = { ownerUrl, owner, appUrl: separate ? config.databaseUrl : undefined };
  try {
    if (flags.printGrants) return printGrants(cli, flags, await listGrants(deps));
    if (await isNewer(cli, owner)) return reportMigrations(cli, flags, { applied: [] });
    if (flags.dryRun) return reportMigrations(cli, flags, { pending: await pendingMigrations(owner) });
    const migrated = await migrateDatabase(deps);
    const by = { actor: flags.actor ?? cli.defaultActor, reason: flags.reason ?? null };
    if (migrated.applied.length > 0) await recordMigration(deps, { ...by, applied: migrated.applied });
    reportMigrations(cli, flags, migrated);
    if (migrated.missingGrants.length === 0) return undefined;
    say(cli, "the server does not let this user GRANT: have an administrator run these, for the app's user:");
    migrated.missingGrants.forEach((one) => say(cli, `  ${one};`));
    cli.exitCode = EXIT.refused;
  } finally {
    await owner.destroy();
  }
  return undefined;
}

/**
 * Whether a newer version has migrated already. That is no fault: while versions are exchanged, and after going back
 * to an older one, both run on the newer schema.
 * @throws conflict `schema-diverged` when each has migrations that the other does not know
 */
async function isNewer(cli: Cli, owner: Database): Promise<boolean> {
  const unknown = await unknownMigrations(owner);
  if (unknown.length === 0) return false;
  const pending = await pendingMigrations(owner);
  if (pending.length > 0)
    throw new ConnectsError(
      'conflict',
      'schema-diverged',
      `the database has ${unknown.at(-1)}, which this version does not know, and lacks ${pending[0]}: ` +
        'two versions migrated it apart; migrate with the version that knows both',
    );
  say(cli, `the schema is newer than this version: it has ${unknown.join(', ')}; nothing is to be done`);
  return true;
}

function reportMigrations(
  cli: Cli,
  flags: { json?: true },
  found: { applied: readonly string[]; missingGrants?: readonly string[] } | { pending: readonly string[] },
): void {
  if (flags.json) return printJson(cli, found);
  const names = 'pending' in found ? found.pending : found.applied;
  if (names.length === 0) return print(cli, 'the schema is up to date');
  const what = 'pending' in found ? 'pending' : 'applied';
  return print(cli, `${counted(names.length, 'migration')} ${what}, up to ${names.at(-1)}`);
}

function printGrants(cli: Cli, flags: { json?: true }, grants: readonly string[]): void {
  if (flags.json) return printJson(cli, grants);
  for (const one of grants) print(cli, `${one};`);
}
