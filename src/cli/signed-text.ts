/** Signed answers as text. */
import { parseInstant } from '../domain/calendar.ts';
import type { Comparison, Signature, Untold, Verification } from '../operations/accounts/signed-answers.ts';
import { ZoneWords } from '../reports/member-words.ts';
import { explanationText } from './account-text.ts';
import { type Wrap, wrapOn } from './prose.ts';
import { type Screen, type Words, paragraphsOf, toned } from './screen.ts';
import { counted } from './words.ts';

export const signatureText = (screen: Screen, { code, actor }: Signature): string =>
  wrapOn(screen)(
    `Signed by ${actor}: ${code}. "connects account explain --verify ${code}" shows this answer again.`,
  );

export function verificationText(screen: Screen, verified: Verification): Words {
  const wrap = wrapOn(screen);
  const { signature, authentic, given, asOfThen, today } = verified;
  const words = new ZoneWords(given.zone);
  const at = words.moment(parseInstant(signature.at) ?? 0);
  const head = authentic
    ? `${signature.code}: given by ${signature.actor} on ${at}, and unchanged since.`
    : `${signature.code}: NOT AUTHENTIC. What is kept under this code is not what was given on ${at}, or the code was ` +
      'made with another CONNECTS_ANSWER_SECRET.';
  return paragraphsOf([
    toned(authentic ? 'good' : 'act', wrap(head)),
    ...comparisonText(wrap, 'Asked again as of then', asOfThen),
    ...comparisonText(wrap, 'Asked again today', today),
    wrap('As it was given:'),
    explanationText(screen, given),
  ]);
}

/** Differences that the text names. */
const SHOWN_MAX = 10;

function comparisonText(wrap: Wrap, how: string, comparison: Comparison | Untold): string[] {
  if (comparison.same === null) return [wrap(`${how}: ${comparison.why}.`)];
  const { same, differences } = comparison;
  if (same) return [wrap(`${how}: the same.`)];
  const shown = differences.slice(0, SHOWN_MAX);
  const left = differences.length - shown.length;
  return [
    wrap(`${how}: ${counted(differences.length, 'difference')}.`),
    ...shown.map(({ subject, code, given, now }) =>
      [
        wrap(`${subject} (${code})`),
        wrap(`given: ${given ?? 'not told'}`, '  '),
        wrap(`now: ${now ?? 'not told'}`, '  '),
      ].join('\n'),
    ),
    ...(left > 0 ? [`and ${left} more (--json lists all)`] : []),
  ];
}
