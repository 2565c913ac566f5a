/** account explain: why Connects came or did not. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Instant, LocalDate } from '../../domain/calendar.ts';
import { requiredAnswerSecret } from '../../config.ts';
import { invalidInput } from '../../errors.ts';
import { isCode, signAnswer, verifyAnswer } from '../../operations/accounts/signed-answers.ts';
import { PLAYED_MAX } from '../../reports/account-facts.ts';
import { explainAccount } from '../../reports/explain/explain.ts';
import { parseAt } from '../../reports/explain/late-facts.ts';
import { explanationText } from '../account-text.ts';
import { PAST_JSON, WHO, ask } from '../asking.ts';
import { type Cli, print, printJson } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import {
  accountOrEmailFlag,
  asOfFlag,
  dateFlag,
  factFlag,
  jsonFlag,
  localeFlag,
  subjectFlag,
  textFlag,
  withHelp,
} from '../options.ts';
import { requireSchema } from '../require-schema.ts';
import { screenOf } from '../screen.ts';
import { signatureText, verificationText } from '../signed-text.ts';

/** An instant, or a date. */
function momentFlag(text: string): Instant | LocalDate {
  const at = parseAt(text);
  if (at === undefined)
    throw new InvalidArgumentError(
      'expected an instant such as 2021-05-01T00:00:00Z, or a date, YYYY-MM-DD.',
    );
  return at;
}

interface ExplainFlags {
  cycle?: LocalDate;
  interview?: string;
  proposal?: string;
  about?: string;
  since?: LocalDate;
  had?: string;
  at?: Instant | LocalDate;
  asOf?: Instant;
  sign?: true;
  by?: string;
  verify?: string;
  locale?: string;
  json?: true;
}

function codeFlag(text: string): string {
  if (!isCode(text))
    throw new InvalidArgumentError('expected a code of 12 digits and letters, such as K7QF-2M9D-XX4C');
  return text;
}

export function addExplain(account: Command, cli: Cli): void {
  const command = account
    .command('explain')
    .description('why Connects came or did not, from what was recorded; and what comes next')
    .argument('[id]', `${WHO}; may be left out where --about leads to one account`, accountOrEmailFlag)
    .option('--cycle <date>', 'the billing cycle of this date', dateFlag)
    .option('--interview <id>', 'this interview request', factFlag)
    .option('--proposal <id>', 'this proposal: what it cost, what came back, what it earned', factFlag)
    .option(
      '--about <id>',
      'whatever this is: an event, a proposal, a line, a run, an email, a date, …',
      subjectFlag,
    )
    .option('--since <date>', "everything since this date, in the account's zone", dateFlag)
    .addOption(
      new Option('--had <event>', 'what would have been, had this event come at another time')
        .argParser(factFlag)
        .conflicts(['cycle', 'interview', 'proposal', 'about', 'since']),
    )
    .option(
      '--at <time>',
      "with --had: an instant, or a date of the account's zone (default: when it happened)",
      momentFlag,
    )
    .option('--sign', 'keep this answer as it is given, under a code; CONNECTS_ANSWER_SECRET makes the code')
    .option('--by <name>', 'who gives the signed answer (default: the user of this machine)', textFlag(100))
    .addOption(
      new Option(
        '--verify <code>',
        'show the answer that was given under a code, and whether it would be given again',
      )
        .argParser(codeFlag)
        .conflicts([
          'cycle',
          'interview',
          'proposal',
          'about',
          'since',
          'had',
          'at',
          'asOf',
          'sign',
          'locale',
        ]),
    )
    .addOption(
      new Option(
        '--locale <tag>',
        'the language of the answers, such as es-MX (default: en); an answer that it lacks words for is English, and says so',
      ).argParser(localeFlag),
    )
    .addOption(asOfFlag())
    .addOption(jsonFlag())
    .action((who: string | undefined, flags: ExplainFlags) => explain(cli, who, flags));
  withHelp(command, 'connects account explain a1 --interview i7', [0, 2, 4, 6, 10, 75, 78]).addHelpText(
    'after',
    `${EXPLAIN_JSON}\n${SIGNED_JSON}\n${PAST_JSON}`,
  );
}

/** The shape that others rely on; answer.ts lists the codes. */
const EXPLAIN_JSON = `
With --json:
  { "account", "zone", "asOf", "past", "locale",
    "question": { "cycle"?, "interview"?, "proposal"?, "about"?, "since"?, "had"?: { "event", "at"? } },
    "answers": [ { "subject", "code", "sentence", "evidence": { … },
                   "rule": { "text", "effectiveFrom", "termsVersion" } | null,
                   "at": instant | null, "next": sentence | null, "locale"?: "en" } ] }
  Sentences name dates of the account's zone; instants are UTC; evidence holds what was recorded.
  "locale" of an answer is there where it is not in the language of the explanation.

There are English and Spanish (--locale es, es-MX, …). Reasons that somebody gave, and ids, stand as they were written.

Of what an event brought, evidence has "occurredAt", "reachedAt" (when it arrived), "effectiveAt" (as of when it counts)
and "postedAt"; where it came late, "lateAfter" says what had been counted before:
  { "what": "cycle", "cycleOn" } | { "what": "event", "event", "type", "at" } | { "what": "take-over", "at" } |
  { "what": "unknown" }
A cycle lists in "tooLate" what had happened before it began and reached us after, a refusal what might have let it
through.

Interview requests without a reply ("silence:interview") and proposals without a request ("silence:proposal") have in
evidence what a reply would come to, now and from each instant at which that changes, if nothing else happens:
  "replyNow": { "code", … } | null, "outlook": [ { "from", "code", "award" } ]

What would have been is told of --had, and of the latest facts that came late. The recorded past is played again by
the rules, with that one at another time and all others as they counted, both up to --as-of:
  "code": "would-have-been" | "would-be-the-same" | "not-computable",
  "evidence": { "event", "type", "happenedAt", "countedAt", "hadAt", "asOf",
                "connects": how many more (or fewer, below 0),
                "recorded" and "had": { "balance", "plan", "pendingPlan", "status", "owed", "zone",
                                        "anchorOn", "nextCycleOn" },
                "entriesRecorded" and "entriesHad": the lines that only one of the two ledgers has,
                "entriesDiffering": their number, "decisions": [ { "subject", "recorded", "had" } ] }
  It is not computable, and "why" says so, where playing it unchanged does not come to the ledger that stands, where
  a backfill or a reversal came after it, and of more than ${PLAYED_MAX} events, billing cycles or entries.`;

const SIGNED_JSON = `
With --sign, "signature" is { "code", "at", "actor" }. With --verify:
  { "signature", "authentic", "given": the answer as above,
    "asOfThen" and "today": { "asOf", "same", "differences": [ { "subject", "code", "given", "now" } ] }
    or, where it cannot be told any more how it stood, { "asOf", "same": null, "why" } }
  An answer that is not authentic was changed after it was given, or made with another secret: exit 10.`;

async function explain(cli: Cli, who: string | undefined, flags: ExplainFlags): Promise<void> {
  const { asOf, json, had, at, sign, by, verify, locale, ...asked } = flags;
  if (verify !== undefined) return showVerified(cli, who, verify, json === true);
  if (at !== undefined && had === undefined)
    throw invalidInput('usage', '--at says when --had would have come');
  const { db, id } = await ask(cli, who, asked.about ?? had);
  const question = had === undefined ? asked : { had: { event: had, ...(at !== undefined && { at }) } };
  const secret = sign && requiredAnswerSecret(cli.app.config);
  const explanation = await explainAccount(db, id, question, asOf, locale);
  const signature =
    secret && (await signAnswer({ db: cli.app.db, secret }, explanation, by ?? cli.defaultActor));
  if (json) return printJson(cli, signature ? { ...explanation, signature } : explanation);
  const screen = screenOf(cli);
  print(cli, explanationText(screen, explanation));
  if (signature) print(cli, `\n${signatureText(screen, signature)}`);
}

async function showVerified(cli: Cli, who: string | undefined, code: string, json: boolean): Promise<void> {
  if (who !== undefined)
    throw invalidInput('usage', '--verify takes the code alone: it leads to its account');
  await requireSchema(cli.app);
  const secret = requiredAnswerSecret(cli.app.config);
  const verified = await verifyAnswer({ db: cli.app.db, secret }, code);
  if (!verified.authentic) cli.exitCode = EXIT.drift;
  if (json) return printJson(cli, verified);
  return print(cli, verificationText(screenOf(cli), verified));
}
