/** What `npm start` says when all runs: what to open, what to try, how to stop. */

import { MEMBER, INTERVIEW_TOO_MANY } from '../stage/told-of.ts';
import { colours } from './colours.ts';
import { LOCAL_OPERATOR } from './local-operator.ts';

export interface Welcome {
  readonly consoleUrl: string;
  /** That signs in once; undefined where none could be made. */
  readonly link: string | undefined;
  /** Undefined when mail goes to a server that the environment names. */
  readonly inboxUrl: string | undefined;
  readonly logPath: string;
  /** False where the database holds other accounts than the sample fleet's. */
  readonly isSample: boolean;
}

/** What to copy, and what it is for. */
type Shown = readonly [string, string];

/** Commands that show something true of this fleet, and what. */
const TOUR: readonly Shown[] = [
  [
    `npx connects account explain ${MEMBER} --about ${INTERVIEW_TOO_MANY}`,
    'why an interview that was won brought nothing',
  ],
  ['npx connects failures list', 'two accounts are put aside: with what, and what mends it'],
  ['npx connects due --ahead 7d', 'whose cycles begin in the next days'],
];
/** scripts/start/live-facts.ts */
const LIVE = 'For ten minutes facts arrive: cycles begin, runs are opened, letters come.';
const ANYWHERE: readonly Shown[] = [
  ['npx connects due', 'how many accounts are due, and since when'],
  ['npx connects run list', 'what was settled, and by whom'],
];

export function welcomeText({ consoleUrl, link, inboxUrl, logPath, isSample }: Welcome): string {
  const signsIn = `signs you in once, as ${LOCAL_OPERATOR}; the next start has another link`;
  const open: Shown[] = [
    [link ?? consoleUrl, link ? `the console: ${signsIn}` : 'the console'],
    inboxUrl
      ? [inboxUrl, 'the inbox: what members are sent; no mail leaves this machine']
      : ['mail', 'goes to the server of SMTP_URL'],
  ];
  return [
    '',
    ...block('Open this', open),
    ...(isSample ? [LIVE, ''] : []),
    ...block('Try this, in another terminal', isSample ? TOUR : ANYWHERE),
    ...block('Stop like this', [['Ctrl-C', 'stops everything; the next start finds its data again']]),
    colours.dim(`The log is ${logPath}`),
    '',
    '',
  ].join('\n');
}

/** Each on a line of its own, so that what is to be copied is never broken, and what it is for below it. */
const block = (heading: string, lines: readonly Shown[]): string[] => [
  colours.bold(heading),
  ...lines.flatMap(([what, why]) => [`  ${colours.cyan(what)}`, `      ${why}`]),
  '',
];
