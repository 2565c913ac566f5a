/**
 * From a page to HTML. One column that needs no image, reads at 320 px and in the dark, and keeps its shape
 * where a mail program drops the style sheet: what matters stands in `style` attributes.
 */
import type {
  Amounts,
  Block,
  CycleLine,
  CycleTable,
  Facts,
  Message,
  NoticeContext,
  Page,
  Rules,
} from './page.ts';
import { renderText } from './text-layout.ts';
import { count, signed } from './words.ts';

/** What stands below every email. */
export interface Footer {
  readonly why: string;
  /** Whether the member can turn this kind off. */
  readonly optional: boolean;
}

export function renderPage(page: Page, context: NoticeContext, footer: Footer): Message {
  const url = preferencesOf(context, footer);
  const links = url === undefined ? [] : [`${PREFERENCES}:`, url];
  return {
    subject: page.subject,
    text: renderText(page, footerLines(context, footer), links),
    html: renderHtml(page, context, footer),
  };
}

const footerLines = ({ account, zone }: NoticeContext, { why }: Footer): string[] => [
  why,
  `It is about the account ${account}. Dates are those of its time zone, ${zone}.`,
];

const PREFERENCES = 'Choose which emails you get';

const preferencesOf = (context: NoticeContext, footer: Footer): string | undefined =>
  footer.optional ? context.preferencesUrl : undefined;

const FONT = '-apple-system,BlinkMacSystemFont,&quot;Segoe UI&quot;,Roboto,Helvetica,Arial,sans-serif';
/** The console's colours: green is what was added, amber what expired; darker than there where 7:1 asks for it. */
const INK = '#141d17';
const SOFT = '#46534a';
const LINE = '#cdd5cc';
const LESS = '#6f4600';
const MORE = '#0b5a33';
const LINK = '#0b5a33';

/** Only what attributes cannot say: the dark, and small screens. Contrast is 7:1 or better on both grounds. */
const STYLE = `:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (max-width:480px){.card{padding:20px 16px!important}.foot{padding:16px 16px 32px!important}.edge{padding:0!important}}
@media (prefers-color-scheme:dark){
.ground{background:#0e1310!important}.card{background:#151b17!important}
.ink{color:#e9efea!important}.soft{color:#b4c0b8!important}
.line{border-color:#3a463e!important}.less{color:#eec06c!important}.more{color:#74d6a1!important}
a{color:#5ecb93!important}}`;

/** An inbox fills its line with what follows the preheader: with nothing, so that it does not say the headline again. */
const PADDING = '&#847;&zwnj;&nbsp;'.repeat(60);

/** For reading aloud: where the message begins, its name and its language. Some programs drop what <html> says of it. */
const article = (subject: string): string =>
  `<div role="article" aria-roledescription="email" aria-label="${escape(subject)}" lang="en">`;

function renderHtml(page: Page, context: NoticeContext, footer: Footer): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escape(page.subject)}</title>
<style>
${STYLE}
</style>
</head>
<body class="ground" style="margin:0;padding:0;background:#f6f7f5">
<div style="display:none;max-height:0;overflow:hidden">${escape(page.preheader)}${PADDING}</div>
<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f6f7f5;width:100%">
<tr><td class="ground edge" align="center" style="padding:24px 8px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;width:100%">
<tr><td class="card" align="left" style="background:#ffffff;padding:28px 32px;font-family:${FONT};overflow-wrap:anywhere;word-break:break-word">
<div role="main">
${article(page.subject)}
<h1 class="ink" style="margin:0 0 12px;font-size:24px;line-height:1.25;color:${INK}">${escape(page.headline)}</h1>
${page.blocks.map(blockHtml).join('\n')}
</div>
</div>
</td></tr>
<tr><td class="ground foot" align="left" style="padding:16px 32px 32px;font-family:${FONT};overflow-wrap:anywhere;word-break:break-word">
<div role="contentinfo" lang="en">
${footerHtml(context, footer).join('\n')}
</div>
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
}

function footerHtml(context: NoticeContext, footer: Footer): string[] {
  const small = `margin:0 0 8px;font-size:14px;line-height:1.5;color:${SOFT}`;
  const url = preferencesOf(context, footer);
  const link = url === undefined ? [] : [`<a href="${escape(url)}" style="color:${LINK}">${PREFERENCES}</a>`];
  return [...footerLines(context, footer).map(escape), ...link].map(
    (line) => `<p class="soft" style="${small}">${line}</p>`,
  );
}

function blockHtml(block: Block): string {
  switch (block.block) {
    case 'paragraph':
      return `<p class="ink" style="margin:0 0 16px;font-size:16px;line-height:1.5;color:${INK}">${escape(block.text)}</p>`;
    case 'amounts':
      return heading(block.title) + amountsHtml(block);
    case 'cycles':
      return heading(block.title) + cyclesHtml(block);
    case 'facts':
      return heading(block.title) + factsHtml(block);
    case 'rules':
      return heading(block.title) + rulesHtml(block);
  }
}

const heading = (title: string): string =>
  `<h2 class="ink" style="margin:24px 0 4px;font-size:17px;line-height:1.35;color:${INK}">${escape(title)}</h2>\n`;

const CELL = `padding:8px 0;border-bottom:1px solid ${LINE};font-size:16px;line-height:1.4;vertical-align:baseline`;
/** Its words are broken only where one alone is too long: else its column would shrink to the width of a letter. */
const LABEL = `${CELL};overflow-wrap:break-word;word-break:normal;text-align:left;font-weight:normal;color:${INK}`;
const WHOLE = 'overflow-wrap:normal;word-break:normal';
const VALUE = `${CELL};${WHOLE};text-align:right;font-weight:bold;padding-left:12px;color:${INK}`;
const COLUMN = `${WHOLE};padding:4px 0;border-bottom:1px solid ${LINE};font-size:13px;line-height:1.4;font-weight:normal;color:${SOFT}`;

const open = (title: string): string =>
  `<table width="100%" cellpadding="0" cellspacing="0" border="0" aria-label="${escape(title)}" style="width:100%;border-collapse:collapse;margin:0 0 16px">`;

function amountsHtml({ title, groups, total }: Amounts): string {
  const bodies = groups.map(
    (group) =>
      `<tbody>\n${group.title === undefined ? '' : groupRow(group.title)}${group.lines.map((one) => amountRow(one.label, one.amount)).join('')}</tbody>\n`,
  );
  const foot = total ? `<tfoot>\n${totalRow(total.label, total.amount)}</tfoot>\n` : '';
  return `${open(title)}
<thead><tr><th scope="col" class="soft line" style="${COLUMN};text-align:left">What</th><th scope="col" class="soft line" style="${COLUMN};text-align:right">Connects</th></tr></thead>
${bodies.join('')}${foot}</table>`;
}

const groupRow = (title: string): string =>
  `<tr><th scope="rowgroup" colspan="2" class="ink line" style="${LABEL};font-weight:bold;padding-top:16px">${escape(title)}</th></tr>\n`;

const amountRow = (label: string, amount: number): string =>
  `<tr><th scope="row" class="ink line" style="${LABEL}">${escape(label)}</th><td class="${amount < 0 ? 'less' : 'more'} line" style="${VALUE};white-space:nowrap;color:${amount < 0 ? LESS : MORE}">${signed(amount)}</td></tr>\n`;

const totalRow = (label: string, amount: number): string =>
  `<tr><th scope="row" class="ink line" style="${LABEL};font-weight:bold">${escape(label)}</th><td class="ink line" style="${VALUE};white-space:nowrap">${signed(amount)}</td></tr>\n`;

/** A row costs a fifth of a group of lines: mail programs cut off what is longer than 102 KB. */
function cyclesHtml({ title, rows }: CycleTable): string {
  const losing = rows.some((one) => one.expired > 0);
  const heads = ['Cycle of', ...(losing ? ['Expired'] : []), 'Added', 'Balance'].map(
    (head, at) =>
      `<th scope="col" class="soft line" style="${COLUMN};text-align:${at === 0 ? 'left' : 'right'}">${head}</th>`,
  );
  return `${open(title)}
<thead><tr>${heads.join('')}</tr></thead>
<tbody>
${rows.map((one) => cycleRow(one, losing)).join('')}</tbody>
</table>`;
}

const SLIM = `padding:5px 0 5px 8px;border-bottom:1px solid ${LINE};font-size:14px`;

function cycleRow({ label, expired, added, balance }: CycleLine, losing: boolean): string {
  const cell = (amount: string, tone = 'ink', colour = INK): string =>
    `<td class="${tone} line" style="${SLIM};text-align:right;${WHOLE};color:${colour}">${amount}</td>`;
  const lost = expired === 0 ? cell('0') : cell(signed(-expired), 'less', LESS);
  const got = added === 0 ? cell('0') : cell(signed(added), 'more', MORE);
  return `<tr><th scope="row" class="ink line" style="${SLIM};padding-left:0;text-align:left;font-weight:normal;${WHOLE};color:${INK}">${escape(label)}</th>${losing ? lost : ''}${got}${cell(count(balance))}</tr>
`;
}

function factsHtml({ title, lines }: Facts): string {
  const rows = lines.map(
    ({ label, value, main }) =>
      `<tr><th scope="row" class="ink line" style="${LABEL}">${escape(label)}</th><td class="ink line" style="${VALUE}${main ? ';font-size:20px' : ''}">${escape(value)}</td></tr>\n`,
  );
  return `${open(title)}\n<tbody>\n${rows.join('')}</tbody>\n</table>`;
}

function rulesHtml({ sentences }: Rules): string {
  const items = sentences.map(
    (one) =>
      `<li class="ink" style="margin:0 0 8px;font-size:16px;line-height:1.5;color:${INK}">${escape(one)}</li>\n`,
  );
  return `<ul style="margin:8px 0 0;padding:0 0 0 20px">\n${items.join('')}</ul>`;
}

export const escape = (text: string): string =>
  /[&<>"]/.test(text)
    ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
    : text;
