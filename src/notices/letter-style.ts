/**
 * How letters look: what matters stands in `style` attributes, because some mail programs drop style sheets; what
 * attributes cannot say stands in sheets of their own, because some drop a whole sheet for one rule that they do not know.
 */

/** The console's fonts; Outlook for Windows takes the last one for all, unless it is told. */
export const FONT = '-apple-system,BlinkMacSystemFont,&quot;Segoe UI&quot;,Roboto,Helvetica,Arial,sans-serif';
/** The console's colours: green is what was added, amber what expired; darker than there where 7:1 asks for it. */
export const INK = '#141d17';
export const SOFT = '#46534a';
export const LINE = '#cdd5cc';
export const LESS = '#6f4600';
export const MORE = '#0b5a33';
export const GROUND = '#f6f7f5';
export const CARD = '#ffffff';
/** Words on the button. */
export const ON_BUTTON = '#ffffff';

/** Dark: grounds, inks and lines by the names of classes. Contrast is 7:1 or better on both grounds. */
const DARK: readonly (readonly [classes: string, rule: string])[] = [
  ['.ground', 'background:#0e1310'],
  ['.card', 'background:#151b17'],
  ['.ink', 'color:#e9efea'],
  ['.soft', 'color:#b4c0b8'],
  ['.line', 'border-color:#3a463e'],
  ['.less', 'color:#eec06c'],
  ['.more', 'color:#74d6a1'],
  ['.link', 'color:#74d6a1'],
  ['.button', 'background:#74d6a1'],
  ['.onbutton', 'color:#0e1310'],
];

const important = (rules: typeof DARK, before = ''): string =>
  rules.map(([classes, rule]) => `${before}${classes}{${rule}!important}`).join('\n');

/** Outlook's apps and web pages rewrite colours, and mark what they rewrote: text by one name, grounds by another. */
const ofOutlook = (): string =>
  [
    important(
      DARK.filter(([, rule]) => !rule.startsWith('background')),
      '[data-ogsc] ',
    ),
    important(
      DARK.filter(([, rule]) => rule.startsWith('background')),
      '[data-ogsb] ',
    ),
  ].join('\n');

const sheet = (rules: string): string => `<style>\n${rules}\n</style>`;

export const SHEETS = [
  sheet(':root{color-scheme:light dark;supported-color-schemes:light dark}'),
  sheet(`@media (max-width:480px){
.edge{padding:0!important}
.card{padding:24px 20px!important}
.foot{padding:16px 20px 32px!important}
.number{font-size:44px!important}
}`),
  sheet(`@media (prefers-color-scheme:dark){\n${important(DARK)}\n}`),
  sheet(ofOutlook()),
  '<!--[if mso]>\n<style>\nbody,table,td,th,h1,h2,p,li,a,span{font-family:Arial,sans-serif!important}\n</style>\n<![endif]-->',
].join('\n');
