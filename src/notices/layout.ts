/** What all emails share: one column, readable at 320 px, in the dark, and without images. */

export interface Message {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface Page {
  readonly subject: string;
  /** What an inbox shows after the subject. */
  readonly preheader: string;
  readonly headline: string;
  /** Markup, already escaped. */
  readonly body: string;
}

const STYLE = `
  :root { color-scheme: light dark; supported-color-schemes: light dark; }
  body { margin: 0; background: #f4f6f4; color: #1b2a1f; font: 16px/1.5 -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
  main { max-width: 560px; margin: 0 auto; padding: 24px 20px; background: #ffffff; }
  h1 { font-size: 22px; line-height: 1.3; margin: 0 0 16px; }
  table { width: 100%; border-collapse: collapse; margin: 0 0 16px; }
  th, td { padding: 8px 0; border-bottom: 1px solid #d5ddd6; text-align: left; font-weight: normal; vertical-align: top; }
  td { text-align: right; white-space: nowrap; font-weight: bold; padding-left: 16px; }
  p { margin: 0 0 12px; }
  .preheader { display: none; max-height: 0; overflow: hidden; }
  @media (prefers-color-scheme: dark) {
    body { background: #101512; color: #e6efe8; }
    main { background: #18201b; }
    th, td { border-color: #35433a; }
  }`;

export const html = (page: Page): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(page.subject)}</title>
<style>${STYLE}
</style>
</head>
<body>
<div class="preheader">${escape(page.preheader)}</div>
<main>
<h1>${escape(page.headline)}</h1>
${page.body}
</main>
</body>
</html>
`;

export const paragraph = (text: string): string => `<p>${escape(text)}</p>\n`;

/** Rows of "what" and "how many". */
export const table = (rows: readonly (readonly [string, string])[]): string =>
  `<table>\n${rows
    .map(([what, amount]) => `<tr><th scope="row">${escape(what)}</th><td>${escape(amount)}</td></tr>\n`)
    .join('')}</table>\n`;

export const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
