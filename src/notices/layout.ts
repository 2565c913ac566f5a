/** From a page to HTML. One column that needs no image, reads at 320 px and in the dark. */
import type { Footer, Link } from './footer.ts';
import { CARD, FONT, GROUND, INK, LESS, LINE, MORE, ON_BUTTON, SHEETS, SOFT } from './letter-style.ts';
import type { CycleLine, Equation, Hero, Page, Tone } from './page.ts';
import { partsOf } from './text-layout.ts';
import type { Voice } from './voice.ts';

/** An inbox fills its line with what follows the preheader: with nothing, so that it does not say the headline again. */
const PADDING = '&#847;&zwnj;&nbsp;'.repeat(60);

/** Outlook for Windows knows no widest width: it gets a table that is as wide, around the one that others shrink. */
const GHOST = `<!--[if mso]><table role="presentation" align="center" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->`;
const GHOST_END = '<!--[if mso]></td></tr></table><![endif]-->';
const LAYOUT = 'role="presentation" cellpadding="0" cellspacing="0" border="0"';
const BREAKS = 'overflow-wrap:anywhere;word-break:break-word';

export function renderHtml(page: Page, footer: Footer, voice: Voice): string {
  const { lang } = voice.texts;
  return `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escape(page.subject)}</title>
${SHEETS}
</head>
<body class="ground" style="margin:0;padding:0;background:${GROUND}">
<div style="display:none;max-height:0;overflow:hidden">${escape(page.preheader)}${PADDING}</div>
<table ${LAYOUT} class="ground" width="100%" style="background:${GROUND};width:100%">
<tr><td class="ground edge" align="center" style="padding:24px 8px">
${GHOST}
<table ${LAYOUT} width="100%" style="max-width:600px;width:100%">
<tr><td class="card" align="left" style="background:${CARD};padding:32px 40px;font-family:${FONT};${BREAKS}">
<div role="main">
${article(page.subject, lang)}
${wordmark(voice)}
${heroHtml(page.hero)}
${page.sentences.map(sentenceHtml).join('\n')}
${page.equation ? equationHtml(page.equation, voice) : ''}
${footer.button ? buttonHtml(footer.button) : ''}
${page.rules.length > 0 ? rulesHtml(page.rules, voice) : ''}
${page.rows ? cyclesHtml(page.rows, voice) : ''}
</div>
</div>
</td></tr>
<tr><td class="ground foot" align="left" style="padding:16px 40px 32px;font-family:${FONT};${BREAKS}">
<div role="contentinfo" lang="${lang}">
${[...footer.lines.map(escape), ...footer.links.map(linkHtml)].map(smallHtml).join('\n')}
</div>
</td></tr>
</table>
${GHOST_END}
</td></tr>
</table>
</body>
</html>
`;
}

/** For reading aloud: where the message begins, its name and its language. Some programs drop what <html> says of it. */
const article = (subject: string, lang: string): string =>
  `<div role="article" aria-roledescription="email" aria-label="${escape(subject)}" lang="${lang}">`;

const wordmark = ({ say }: Voice): string =>
  `<p class="more" style="margin:0 0 28px;font-size:15px;line-height:1;font-weight:bold;letter-spacing:.01em;color:${MORE}">&#9679;&nbsp;${escape(say.wordmark())}</p>`;

const COLOURS: Record<Tone, readonly [name: string, colour: string]> = {
  more: ['more', MORE],
  less: ['less', LESS],
  plain: ['ink', INK],
};

function heroHtml({ number, words, tone }: Hero): string {
  const [name, colour] = COLOURS[tone];
  const shown =
    number === undefined
      ? ''
      : `<span class="${name} number" style="font-size:52px;line-height:1.1;letter-spacing:-.02em;white-space:nowrap;color:${colour}">${escape(number)}</span> `;
  return `<h1 class="ink" style="margin:0 0 20px;font-size:22px;line-height:1.3;font-weight:bold;color:${INK}">${shown}${escape(words)}</h1>`;
}

/** The first is what most read, and no more. */
const sentenceHtml = (text: string, at: number): string =>
  `<p class="ink" style="margin:0 0 12px;font-size:${at === 0 ? 18 : 16}px;line-height:1.5;color:${INK}">${escape(text)}</p>`;

function equationHtml(equation: Equation, voice: Voice): string {
  const parts = partsOf(equation, voice).map((part, at, all) => {
    const term = equation.terms[at - 1];
    const [name, colour] = COLOURS[toneOf(term)];
    const weight = at === all.length - 1 ? ';font-weight:bold' : '';
    return `<span class="${name}" style="white-space:nowrap${weight};color:${colour}">${escape(part)}</span>`;
  });
  return `<p class="ink line" style="margin:20px 0 0;padding:14px 0;border-top:1px solid ${LINE};border-bottom:1px solid ${LINE};font-size:17px;line-height:1.6;color:${INK}">${parts.join(' ')}</p>`;
}

function toneOf(term: Equation['terms'][number] | undefined): Tone {
  if (term === undefined) return 'plain';
  return term.tone ?? (term.amount < 0 ? 'less' : 'more');
}

/** A cell with a ground, because Outlook for Windows gives links none. */
const buttonHtml = ({ words, url }: Link): string =>
  `<table ${LAYOUT} style="margin:24px 0 0"><tr><td class="button" bgcolor="${MORE}" style="background:${MORE};border-radius:6px;mso-padding-alt:12px 22px"><a class="onbutton" href="${escape(url)}" style="display:inline-block;padding:12px 22px;font-size:16px;line-height:1.25;font-weight:bold;text-decoration:none;color:${ON_BUTTON}">${escape(words)}</a></td></tr></table>`;

const heading = (title: string): string =>
  `<h2 class="soft" style="margin:28px 0 8px;font-size:14px;line-height:1.4;font-weight:bold;color:${SOFT}">${escape(title)}</h2>`;

function rulesHtml(rules: readonly string[], { say }: Voice): string {
  const items = rules.map(
    (one) =>
      `<li class="soft" style="margin:0 0 6px;font-size:14px;line-height:1.5;color:${SOFT}">${escape(one)}</li>`,
  );
  return `${heading(say.rules())}\n<ul class="soft" style="margin:0;padding:0 0 0 18px;color:${SOFT}">\n${items.join('\n')}\n</ul>`;
}

const smallHtml = (html: string): string =>
  `<p class="soft" style="margin:0 0 8px;font-size:13px;line-height:1.5;color:${SOFT}">${html}</p>`;

function linkHtml({ words, shown, url }: Link): string {
  const link = `<a class="link" href="${escape(url)}" style="color:${MORE}">${escape(shown ?? words)}</a>`;
  return shown === undefined ? link : `${escape(words)} ${link}`;
}

// ------------------------------------------------------------------------------------------- a row per cycle

const WHOLE = 'overflow-wrap:normal;word-break:normal';
const CELL = `padding:5px 0 5px 8px;border-bottom:1px solid ${LINE};font-size:14px;line-height:1.4;${WHOLE}`;

/** A row is small: mail programs cut off what is longer than 102 KB. */
function cyclesHtml(rows: readonly CycleLine[], { say, texts }: Voice): string {
  // A column of zeros tells nobody anything.
  const losing = rows.some((one) => one.expired > 0);
  const gaining = rows.some((one) => one.added !== 0);
  const titles = [
    say.columnCycle(),
    ...(losing ? [say.columnExpired()] : []),
    ...(gaining ? [say.columnAdded()] : []),
    say.columnBalance(),
  ];
  const heads = titles.map(
    (title, at) =>
      `<th scope="col" class="soft line" style="${CELL};${at === 0 ? 'padding-left:0;text-align:left' : 'text-align:right'};font-size:13px;font-weight:normal;color:${SOFT}">${escape(title)}</th>`,
  );
  const cell = (words: string, tone: Tone): string => {
    const [name, colour] = COLOURS[tone];
    return `<td class="${name} line" style="${CELL};text-align:right;color:${colour}">${words}</td>`;
  };
  const amount = (of: number): string =>
    of === 0 ? cell('0', 'plain') : cell(texts.signed(of), of < 0 ? 'less' : 'more');
  const lines = rows.map(
    ({ label, expired, added, balance }) =>
      `<tr><th scope="row" class="ink line" style="${CELL};padding-left:0;text-align:left;font-weight:normal;color:${INK}">${escape(label)}</th>${losing ? amount(-expired) : ''}${gaining ? amount(added) : ''}${cell(texts.number(balance), 'plain')}</tr>`,
  );
  return `${heading(say.byCycle())}
<table width="100%" cellpadding="0" cellspacing="0" border="0" aria-label="${escape(say.byCycle())}" style="width:100%;border-collapse:collapse">
<thead><tr>${heads.join('')}</tr></thead>
<tbody>
${lines.join('\n')}
</tbody>
</table>`;
}

export const escape = (text: string): string =>
  /[&<>"]/.test(text)
    ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
    : text;
