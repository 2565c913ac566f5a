/** What members write about, by the words that they use, and what is then asked. One row for each kind of complaint. */
import type { Answer } from '../explain/answer.ts';
import { kindOf } from '../explain/answer.ts';

/**
 * What is looked at, for the dates that the text names:
 * `interviews` and `proposals` of these days, the billing `cycle` of each, or all that was decided `since` the first
 */
export type Look =
  'interviews' | 'proposals' | 'cycles' | 'since' | 'welcome' | 'readiness-test' | 'namesakes';

export interface Topic {
  readonly name: string;
  readonly words: RegExp;
  readonly looks: readonly Look[];
  /** Which of the answers to "how do I stand?" belong into a reply: their codes, and the kinds of their subjects. */
  readonly standing: readonly string[];
  /** Names of rules that are told; `rewards` and `no-rules` are the two closing sentences. */
  readonly rules: readonly string[];
}

/** What holds up an account belongs into every reply. */
const HELD_UP = ['put-aside', 'retrying', 'waiting-events'];
/** What a fact that came late would have brought in time. */
const LATE = ['would-have-been', 'would-be-the-same', 'not-computable'];
const INTERVIEW_RULES = ['interview', 'interview-needs-proposal', 'one-award'];

export const TOPICS: readonly Topic[] = [
  {
    name: 'interview',
    words:
      // As they are spelt in haste, too: `interveiw`, `intervew`, `invted`.
      /\b(int\w{0,3}v\w{0,3}w\w*|inv\w{0,2}t(e[ds]?|ing|ations?)?|chat(s|ted)?|hired|offer\w*|award\w*|repl(y|ied|ies)|respon(d|ded|se)|(answer|wr[oi]te|talk|spoke|chat|messag)\w* (back )?((to|with) )?((a|the|my|this|that|one|two|three|six) )?(client|customer)s?|(client|customer)s? (\w+ ){0,3}(answer|wrote|write|messag|contact|text|ping|reach|call|talk|spoke|chat|got back|came back)\w*)\b/i,
    looks: ['interviews'],
    standing: ['interview', 'silence:interview', 'refusals:interview', 'interview-window', ...LATE],
    rules: INTERVIEW_RULES,
  },
  {
    name: 'straight offer',
    words: /\b(straight|direct(ly)?|offer|hired?|contract)\b/i,
    looks: ['proposals'],
    standing: ['silence:proposal'],
    rules: ['interview-needs-proposal'],
  },
  {
    name: 'job by its title',
    words:
      /\b(job|project)s? (called|titled|named|post|:)|\btitle[sd]?\b|\bthis job\b|for (this|that|the) (job|interview)\b/i,
    looks: ['interviews', 'proposals'],
    standing: ['silence'],
    rules: INTERVIEW_RULES,
  },
  {
    name: 'interview limit',
    words:
      /\b(stopp?(ed|ing)?|dried up|limit\w*|cap(ped)?|weekly|(per|a|each|every) week|no more than|not even|\d to \d interviews|earn (again|more))\b/i,
    looks: ['since'],
    standing: ['interview-window', 'refusals:interview'],
    rules: ['interview'],
  },
  {
    name: 'monthly Connects',
    words:
      /\b(monthly|refil\w*|refresh\w*|top[- ]?up|renew\w*|billing|cycle|reset|(each|every) month|(over a|a whole|this|one|free|last|per) month|free (connects|ones)|(my|next|payment) date|(january|february|march|april|may|june|july|august|september|october|november|december)('s)? connects|full report)\b/i,
    looks: ['cycles'],
    standing: [
      'current',
      'next-cycle',
      'overdue',
      'cycle',
      'date-set',
      'moved-by-upgrade',
      'moved-by-zone',
      ...LATE,
    ],
    rules: ['monthly', 'active-cycle'],
  },
  {
    name: 'an account that was stopped',
    words: /\b(suspen\w+|block(ed)?|reinstat\w+|ban(ned)?|locked|on hold|deactivat\w+)\b/i,
    looks: ['cycles'],
    standing: ['current', 'next-cycle', 'overdue', 'cycle', 'refusals', ...LATE],
    rules: ['active-cycle', 'active-award'],
  },
  {
    name: 'Plus, and its number',
    words: /\b(plus|upgrad\w+|joined|80|eighty|70 (and|\+) 10|membership)\b/i,
    looks: [],
    standing: ['current', 'plan', 'pending-plan', 'cycle', 'next-cycle', 'overdue', ...LATE],
    rules: ['monthly', 'upgrade'],
  },
  {
    name: 'expiry',
    words:
      /\b(expir\w*|(roll|carry|carried|carries)(s|ed|ing)?[ -]?(over|forward)|rollover|los(e|t|ing)|dropp?(ed|s)?|deduct\w*|stole\w*|took|taken|vanish\w*|disappear\w*|gone|connects go|b[uo](y|ying|ught)|purchas\w*)\b/i,
    looks: [],
    standing: ['current', 'next-cycle', 'overdue', 'cycle', ...LATE],
    rules: ['expiry', 'monthly'],
  },
  {
    name: 'giving away',
    words:
      /\b(gift\w*|transfer\w*|donat\w*|share them|sell|give (them|it|connects|some|mine)( (away|to|back))?|(move|send|pass|lend)\w* (\w+ ){0,2}connects)\b/i,
    looks: [],
    standing: [],
    rules: ['no-rules'],
  },
  {
    name: 'Connects of a proposal',
    words:
      /\b(declin\w*|reject\w*|bids?|turned down|no (answer|response|reply)|silent|silence|ghost\w*|pending|withdr[ae]w\w*|closed|cancel+ed (job|by the client)|(jobs?|projects?|posts?) (\w+ )?(cancel+ed|removed|deleted|expired)|idle|without a hire|no hire|never hired|(come|came|comes|got|get|gets|none|connects|return(ed)?|give me|want them) back|refund\w*|(?<!\b(?:can|will|could|may|gladly|to|happily) )return\w*|applied|proposals?)\b/i,
    looks: ['proposals'],
    standing: ['returns', ...LATE],
    rules: ['returns'],
  },
  {
    name: 'downgrade',
    words:
      /\b(downgrad\w*|(go|going|move|change|switch)\w* (back )?to (the )?(basic|free( plan)?)\b|(free|basic|cheaper) plan|(quit|leav|drop)\w* plus|cancel\w* (my )?(plus|plan|membership|subscription)|stop\w* (paying|(my |the )?plus)|(quit|leav|drop)\w* (my |the )?plus)\b/i,
    looks: [],
    standing: ['downgrade-preview', 'pending-plan', 'next-cycle', 'overdue', ...LATE],
    rules: ['downgrade', 'expiry'],
  },
  {
    name: 'payment',
    words: /\b(payments?|(?<!\byou )paid|money|card|billed|put (me )?on basic|moved to basic|kicked off)\b/i,
    looks: [],
    standing: ['current', 'plan', 'payment', 'owed', 'pending-plan', ...LATE],
    rules: ['payment'],
  },
  {
    name: 'two accounts',
    words:
      /\b((two|other|another|second|wrong|both|separate)( of (my|the|two))? (one|account|profile)s?|agency)\b/i,
    looks: ['namesakes'],
    standing: ['current'],
    rules: ['monthly', 'no-rules'],
  },
  {
    name: 'welcome Connects',
    words: /\b(welcome|new (talent|freelancer|here)|sign(ed)?[ -]?up|opened my account)\b/i,
    looks: ['welcome'],
    standing: [],
    rules: ['welcome'],
  },
  {
    name: 'Readiness Test',
    words: /\b(readiness|test)\b/i,
    looks: ['readiness-test'],
    standing: [],
    rules: ['readiness-test'],
  },
  {
    name: 'a reward that may be none',
    words:
      /\b(bonus\w*|rewards?|rewarded|earn\w*|promised|twice|two times|doubled?|credited|expected|should have (got|gotten|received|been|had|come)|badge\w*|rising talent|top rated|referr?al\w*)\b/i,
    looks: ['since'],
    standing: [],
    rules: ['rewards'],
  },
  {
    name: 'a rule that may be none',
    words:
      /\b(rules?|polic(y|ies)|heard|supposed|(after|within) (a|an|one|two|\d+) (day|week|month)s?|counts? as)\b/i,
    looks: [],
    standing: ['returns'],
    rules: ['returns', 'rewards', 'no-rules'],
  },
  {
    name: 'the whole account',
    words:
      /\b((full|whole|complete) (report|history|account|picture)|everything|overview|how (this|the|my) (member|account|freelancer) stands?|status of|was refused)\b/i,
    looks: ['since'],
    standing: ['*'],
    rules: ['monthly'],
  },
];

/**
 * Whether an answer to "how do I stand?" belongs into a reply about these topics.
 * @param isAnswered whether an id or a date of the text was told of: then only what holds the account up is added
 */
export function belongs({ subject, code }: Answer, topics: readonly Topic[], isAnswered: boolean): boolean {
  const wanted = new Set([...HELD_UP, ...topics.flatMap((one) => one.standing)]);
  if (wanted.has('*') || (topics.length === 0 && !isAnswered)) return true;
  const kind = kindOf(subject);
  return wanted.has(code) || wanted.has(subject) || (kind !== 'account' && wanted.has(kind));
}
