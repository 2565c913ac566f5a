/** rules: the program in sentences, for whoever writes to members. */
import { type Command, Option } from 'commander';
import { shownNow } from '../../db/query.ts';
import { type LocalDate, localDateOf } from '../../domain/calendar.ts';
import { PLAN_NAMES, type PlanName, type Terms, type TermsRow, builtInTerms } from '../../domain/terms.ts';
import { getLatestTerms } from '../../ledger/terms-versions.ts';
import { type ProgramRule, type ProgramRules, programRules } from '../../reports/program-rules.ts';
import { type Texts, textsFor } from '../../texts/catalogue.ts';
import { type Cli, print, printJson } from '../context.ts';
import { nameOf } from '../file-faults.ts';
import { dateFlag, jsonFlag, localeFlag, withHelp } from '../options.ts';
import { reportsFrom } from '../reading.ts';
import { type Wrap, wrapOn } from '../prose.ts';
import { requireSchema } from '../require-schema.ts';
import { screenOf } from '../screen.ts';
import { requireTerms } from '../terms-file.ts';

interface RulesFlags {
  on?: LocalDate;
  plan?: PlanName;
  terms?: string;
  builtIn?: true;
  locale?: string;
  json?: true;
}

export function addRulesCommand(program: Command, cli: Cli): void {
  const command = program
    .command('rules')
    .description("the program's rules in sentences, and since when each stands as it does")
    .option('--on <date>', 'the rules of this date (default: today by the database clock, UTC)', dateFlag)
    .addOption(new Option('--plan <plan>', 'only what concerns this plan').choices([...PLAN_NAMES]))
    .addOption(new Option('--terms <file>', 'of a file of terms, without any server; - reads standard input'))
    .addOption(
      new Option('--built-in', 'of the built-in terms, without asking a database').conflicts('terms'),
    )
    .option('--locale <tag>', 'the language of the rules, such as es-MX (default: en)', localeFlag)
    .addOption(jsonFlag())
    .action((flags: RulesFlags) => showRules(cli, flags));
  withHelp(command, 'connects rules --plan plus', [0, 2, 75]).addHelpText('after', RULES_JSON);
}

const RULES_JSON = `
With --json:
  { "source", "termsVersion": number | null, "locale", "on", "inForceFrom", "programFrom", "changesOn": date | null,
    "rules": [ { "name", "plan": plan | null, "text", "since" } ], "rewards", "noRules" }
Of a file, or of the built-in terms, the last row is told where no date is given.`;

interface Source {
  readonly terms: Terms;
  readonly title: string;
  readonly version: number | null;
  /** What is told where no date is given. */
  readonly on: LocalDate;
}

async function showRules(cli: Cli, flags: RulesFlags): Promise<void> {
  const texts = textsFor(flags.locale);
  const { terms, title, version, on } = await sourceOf(cli, flags, texts);
  const rules = programRules(terms, flags.on ?? on, flags.plan, undefined, texts);
  if (flags.json)
    return printJson(cli, { source: title, termsVersion: version, locale: texts.locale, ...rules });
  return print(cli, rulesText(wrapOn(screenOf(cli)), rules, title, texts));
}

async function sourceOf(
  cli: Cli,
  { terms: file, builtIn }: RulesFlags,
  { program: say }: Texts,
): Promise<Source> {
  if (file !== undefined) return withoutServer(await requireTerms(file), nameOf(file));
  if (builtIn || cli.app.config.databaseUrl === undefined) return withoutServer(builtInTerms, say.builtIn());
  await requireSchema(cli.app);
  const db = await reportsFrom(cli);
  const { terms, version } = await getLatestTerms(db);
  return {
    terms,
    version,
    title: say.version({ version }),
    on: localDateOf(await shownNow(db), 'UTC'),
  };
}

const withoutServer = (terms: Terms, title: string): Source => ({
  terms,
  title,
  version: null,
  on: (terms.at(-1) as TermsRow).effectiveFrom,
});

function rulesText(wrap: Wrap, told: ProgramRules, source: string, texts: Texts): string {
  const { program: say, day } = texts;
  const heading = say.heading({ day: day(told.on), source, from: day(told.programFrom) });
  if (told.inForceFrom === null) return wrap(told.rewards);
  const change = told.changesOn ? [say.changes({ day: day(told.changesOn) })] : [];
  return [
    [heading, ...change].join(' '),
    ...told.rules.map((one) => ruleLines(wrap, one, texts)),
    told.rewards,
    told.noRules,
  ]
    .map((one) => (one.includes('\n') ? one : wrap(one)))
    .join('\n\n');
}

const ruleLines = (wrap: Wrap, { text, since }: ProgramRule, { program: say, day }: Texts): string =>
  `${wrap(text)}\n${wrap(say.since({ day: day(since) }), '  ')}`;
