/**
 * From a page to HTML and text. One column that needs no image, reads at 320 px and in the dark, and keeps its shape
 * where a mail program drops the style sheet: what matters stands in `style` attributes.
 */
import type { Amounts, Block, Facts, Message, NoticeContext, Page, Rules } from './page.ts';
import { signed } from './words.ts';

/** What stands below every email. */
export interface Footer {
  readonly why: string;
  /** Whether the member can turn this kind off. */
  readonly optional: boolean;
}

export function renderPage(page: Page, context: NoticeContext, footer: Footer): Message {
  return {
    subject: page.subject,
    text: renderText(page, context, footer),
    html: renderHtml(page, context, footer),
  };
}

const footerLines = ({ zone }: NoticeContext, { why }: Footer): string[] => [
  why,
  `Dates are those of your account’s time zone, ${zone}.`,
];

const PREFERENCES = 'Choose which emails you get';

const preferencesOf = (context: NoticeContext, footer: Footer): string | undefined =>
  footer.optional ? context.preferencesUrl : undefined;

// --------------------------------------------------------------------------------------------------- text

function renderText(page: Page, context: NoticeContext, footer: Footer): string {
  const url = preferencesOf(context, footer);
  const parts = [
    page.headline,
    '='.repeat(page.headline.length),
    '',
    ...page.blocks.flatMap((block) => [...blockText(block), '']),
    '--',
    ...footerLines(context, footer),
    ...(url === undefined ? [] : [`${PREFERENCES}: ${url}`]),
    '',
  ];
  return parts.join('\n');
}

function blockText(block: Block): string[] {
  switch (block.block) {
    case 'paragraph':
      return [block.text];
    case 'amounts':
      return [block.title, ...amountsText(block)];
    case 'facts':
      return [block.title, ...block.lines.map(({ label, value }) => `  ${label}: ${value}`)];
    case 'rules':
      return [block.title, ...block.sentences.map((one) => `  * ${one}`)];
  }
}

function amountsText({ groups, total }: Amounts): string[] {
  const lines = groups.flatMap((group) => [
    ...(group.title === undefined ? [] : [`  ${group.title}`]),
    ...group.lines.map(
      ({ label, amount }) => `  ${group.title === undefined ? '' : '  '}${label}: ${signed(amount)}`,
    ),
  ]);
  return total ? [...lines, `  ${total.label}: ${signed(total.amount)}`] : lines;
}

// --------------------------------------------------------------------------------------------------- HTML

const FONT = '-apple-system,BlinkMacSystemFont,&quot;Segoe UI&quot;,Roboto,Helvetica,Arial,sans-serif';
const INK = '#14231a';
const SOFT = '#46564c';
const LINE = '#cfd8d1';
const LESS = '#9c2417';
const MORE = '#12622b';

/** Only what attributes cannot say: the dark, and small screens. Contrast is 7:1 or better on both grounds. */
const STYLE = `:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (max-width:480px){.card{padding:20px 16px!important}.edge{padding:0!important}}
@media (prefers-color-scheme:dark){
.ground{background:#0e1310!important}.card{background:#171e1a!important}
.ink{color:#e9f0ea!important}.soft{color:#b3c0b7!important}
.line{border-color:#3a473f!important}.less{color:#ffb0a4!important}.more{color:#8fe3a6!important}
a{color:#9ecbff!important}}`;

function renderHtml(page: Page, context: NoticeContext, footer: Footer): string {
  const url = preferencesOf(context, footer);
  const small = `margin:0 0 8px;font-size:14px;line-height:1.5;color:${SOFT}`;
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
<body class="ground" style="margin:0;padding:0;background:#eef2ef">
<div style="display:none;max-height:0;overflow:hidden">${escape(page.preheader)}</div>
<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#eef2ef;width:100%">
<tr><td class="ground edge" align="center" style="padding:24px 8px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;width:100%">
<tr><td class="card" align="left" style="background:#ffffff;padding:28px 32px;font-family:${FONT};overflow-wrap:anywhere;word-break:break-word">
<h1 class="ink" style="margin:0 0 12px;font-size:24px;line-height:1.25;color:${INK}">${escape(page.headline)}</h1>
${page.blocks.map(blockHtml).join('\n')}
</td></tr>
<tr><td class="ground" align="left" style="padding:16px 16px 32px;font-family:${FONT}">
${footerLines(context, footer)
  .map((line) => `<p class="soft" style="${small}">${escape(line)}</p>`)
  .join(
    '\n',
  )}${url === undefined ? '' : `\n<p class="soft" style="${small}"><a href="${escape(url)}" style="color:#0b4f9e">${PREFERENCES}</a></p>`}
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
}

function blockHtml(block: Block): string {
  switch (block.block) {
    case 'paragraph':
      return `<p class="ink" style="margin:0 0 16px;font-size:16px;line-height:1.5;color:${INK}">${escape(block.text)}</p>`;
    case 'amounts':
      return heading(block.title) + amountsHtml(block);
    case 'facts':
      return heading(block.title) + factsHtml(block);
    case 'rules':
      return heading(block.title) + rulesHtml(block);
  }
}

const heading = (title: string): string =>
  `<h2 class="ink" style="margin:24px 0 4px;font-size:17px;line-height:1.35;color:${INK}">${escape(title)}</h2>\n`;

const CELL = `padding:8px 0;border-bottom:1px solid ${LINE};font-size:16px;line-height:1.4;vertical-align:top`;
const LABEL = `${CELL};text-align:left;font-weight:normal;color:${INK}`;
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
