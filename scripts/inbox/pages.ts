/** The inbox's pages, rendered on the server; they run no script. */
import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { type MailPage, type MailSummary, READ_MAX, SEARCHED_MAX } from './store.ts';

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface OpenedMail extends MailSummary {
  /** As the message says it, with the name; `from` is the envelope's. */
  readonly sender: string | undefined;
  readonly headers: readonly (readonly [string, string])[];
  readonly text: string | undefined;
  readonly html: string | undefined;
}

/** Nothing is fetched from anywhere: styles are inline, and the message's own page is the only frame. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** A message is a stranger's HTML: no script, no form, no request; its links open in a new tab. */
export const MESSAGE_SANDBOX = 'allow-popups allow-popups-to-escape-sandbox';
export const MESSAGE_POLICY = `sandbox ${MESSAGE_SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'`;

const STYLE = raw(`
:root{color-scheme:light dark;--line:#d7dbe0;--soft:#5b6470;--back:#fff;--panel:#f6f7f9;--ink:#16191d;--link:#0b5cad}
@media(prefers-color-scheme:dark){:root{--line:#343a42;--soft:#a3adb9;--back:#14171b;--panel:#1c2026;--ink:#e8ebee;--link:#7db7f2}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:62rem;padding:1.5rem 1rem 4rem;font:1rem/1.5 system-ui,sans-serif;background:var(--back);color:var(--ink)}
h1{font-size:1.4rem;margin:0 0 .25rem;overflow-wrap:anywhere}a{color:var(--link)}p.soft,time,dt{color:var(--soft)}
form{margin:1rem 0;display:flex;flex-wrap:wrap;gap:.5rem;align-items:center}
input,button{font:inherit;padding:.35rem .6rem;border:1px solid var(--line);border-radius:.4rem;background:var(--panel);color:inherit}
input{min-width:min(16rem,100%)}:focus-visible{outline:3px solid var(--link);outline-offset:2px}
ol.mails{list-style:none;margin:1rem 0;padding:0;border-top:1px solid var(--line)}
.mails li{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr) max-content;gap:0 1rem;align-items:baseline;border-bottom:1px solid var(--line);padding:0 .6rem}
.mails li:hover{background:var(--panel)}.mails a{display:block;padding:.65rem 0;overflow-wrap:anywhere}
.mails span{color:var(--soft);overflow-wrap:anywhere}.mails time{white-space:nowrap;font-variant-numeric:tabular-nums}
@media(max-width:44rem){.mails li{grid-template-columns:minmax(0,1fr) max-content;padding:0 0 .6rem}.mails a{grid-column:1/-1;padding:.65rem 0 .25rem;font-weight:600}.mails span,.mails time{font-size:.85rem}}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:1rem 0}dd{margin:0;overflow-wrap:anywhere}
iframe{width:100%;height:clamp(20rem,calc(var(--lines)*1.9rem + 6rem),400rem);border:1px solid var(--line);border-radius:.5rem;background:#fff}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--panel);border:1px solid var(--line);border-radius:.5rem;padding:1rem}
@media(max-width:44rem){iframe{height:clamp(20rem,calc(var(--lines)*2.5rem + 8rem),500rem)}}
summary{cursor:pointer;margin:1rem 0 .5rem}
`);

function page(title: string, body: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html>`;
}

/** @param stored how many messages there are in all, `found` aside */
export function renderList(found: MailPage, stored: number, search: string | undefined): Html {
  const shown = found.messages.length;
  const count = shown < found.total ? `the newest ${shown} of ${found.total}` : String(found.total);
  const filtered = search === undefined ? '' : html` with <strong>${search}</strong> (${amongOf(stored)})`;
  return page(
    `Inbox (${found.total})`,
    html`<h1>Inbox</h1>
      <p class="soft">
        Mail that this machine would have sent; nothing has left it. Showing ${count}
        message${found.total === 1 ? '' : 's'}${filtered}.
      </p>
      <form method="get" action="/" role="search">
        <label for="q">Subject, address or text</label>
        <input id="q" name="q" type="search" value="${search ?? ''}" placeholder="name@example.test" />
        <button>Search</button>
        ${search === undefined ? '' : html`<a href="/">Show all</a>`}
      </form>
      ${shown === 0 ? html`<p>${nothingShown(search)}</p>` : listOf(found.messages)}`,
  );
}

const nothingShown = (search: string | undefined): string =>
  search === undefined ? 'No message yet. Reload this page to look again.' : 'No message has these words.';

/** What was looked through: reading a message whole takes a while. */
function amongOf(stored: number): string {
  const among = stored > SEARCHED_MAX ? `the newest ${SEARCHED_MAX} of ${stored}` : `${stored} in all`;
  return stored > READ_MAX ? `${among}, the text of the newest ${READ_MAX}` : among;
}

/** A list, not a table: on a phone the subject, which leads to the message, has the first line for itself. */
function listOf(messages: readonly MailSummary[]): Html {
  return html`<ol class="mails">
    ${messages.map(
      (one) =>
        html`<li>
          <a href="/messages/${one.id}">${one.subject}</a>
          <span>${one.to.join(', ')}</span>
          ${time(one.receivedAt)}
        </li>`,
    )}
  </ol>`;
}

export function renderMail(mail: OpenedMail): Html {
  return page(
    mail.subject,
    html`<p><a href="/">← Inbox</a></p>
      <h1>${mail.subject}</h1>
      <dl>
        <dt>To</dt>
        <dd>${mail.to.join(', ')}</dd>
        <dt>From</dt>
        <dd>${mail.sender ?? mail.from}</dd>
        <dt>Received</dt>
        <dd>${time(mail.receivedAt)} UTC</dd>
      </dl>
      ${
        mail.html === undefined
          ? ''
          : html`<iframe
                title="The message as HTML"
                style="--lines:${linesOf(mail)}"
                sandbox="${MESSAGE_SANDBOX}"
                src="/messages/${mail.id}/body"
              ></iframe>
              <p><a href="/messages/${mail.id}/body">The message alone</a></p>`
      }
      <details ${mail.html === undefined ? 'open' : ''}>
        <summary>Plain text</summary>
        <pre>${mail.text ?? '(none)'}</pre>
      </details>
      <details>
        <summary>Headers</summary>
        <dl>
          ${mail.headers.map(
            ([name, value]) =>
              html`<dt>${name}</dt>
                <dd>${value}</dd>`,
          )}
        </dl>
      </details>`,
  );
}

/** No script may measure the frame, so it is as tall as its text is likely to need: no scrolling within scrolling. */
const linesOf = ({ text }: OpenedMail): number => (text ?? '').split('\n').length;

export function renderMissing(): Html {
  return page(
    'Not found',
    html`<h1>Not found</h1>
      <p>There is no such message. <a href="/">Inbox</a></p>`,
  );
}

/** The message's own HTML, for the sandboxed frame. */
export function renderBody(messageHtml: string): string {
  return `<!doctype html><meta charset="utf-8"><base target="_blank">${messageHtml}`;
}

function time(instant: string): Html {
  return html`<time datetime="${instant}">${instant.slice(0, 19).replace('T', ' ')}</time>`;
}
