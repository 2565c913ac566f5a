/** The inbox's pages, rendered on the server; they run no script. */
import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { PARTS } from '../../src/console/assets/parts.ts';
import { TOKENS } from '../../src/console/assets/tokens.ts';
import { TYPE } from '../../src/console/assets/type.ts';
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

/** The console's own, and what only an inbox has. */
const STYLE = raw(`${TOKENS}${TYPE}${PARTS}
body > main{max-width:62rem;margin:0 auto;padding:var(--s5) var(--s4) 4rem;display:grid;gap:var(--s4)}
h1{font-size:var(--t-xl);font-weight:650;letter-spacing:-.018em;overflow-wrap:anywhere}
a:not(.brand):not(.btn){color:var(--accent);text-decoration:underline;text-underline-offset:.18em}
.brand{display:inline-flex;align-items:center;gap:.6rem;font-weight:650;font-size:var(--t-l)}.brand svg{width:1.7rem;height:1.7rem}
.brand .m1{fill:var(--accent)}.brand .m2{fill:none;stroke:var(--accent);stroke-width:2.5}
p.soft,time,dt{color:var(--ink-3)}
form{display:flex;flex-wrap:wrap;gap:var(--s2);align-items:center}form label{color:var(--ink-2);font-size:var(--t-s)}
form input.field{width:min(22rem,100%);font:inherit;color:inherit}
.mails li{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr) max-content;gap:0 var(--s4);align-items:baseline;border-bottom:1px solid var(--line);padding:0 var(--s4)}
.mails li:last-child{border:0}.mails li:hover{background:var(--hover)}.mails a{display:block;padding:.6rem 0;overflow-wrap:anywhere;font-weight:500}
.mails span{color:var(--ink-2);overflow-wrap:anywhere;font-size:var(--t-s)}.mails time{white-space:nowrap;font-size:var(--t-s)}
@media(max-width:44rem){.mails li{grid-template-columns:minmax(0,1fr) max-content;padding-bottom:.6rem}.mails li > *{grid-column:1/-1}.mails a{padding:.6rem 0 .2rem}}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.3rem var(--s4);font-size:var(--t-s)}dd{overflow-wrap:anywhere}
iframe{display:block;width:100%;height:clamp(20rem,calc(var(--lines)*1.9rem + 6rem),400rem);border:1px solid var(--line);border-radius:var(--r);background:var(--bg)}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;background:var(--sunk);border:1px solid var(--line);border-radius:var(--r);padding:var(--s4);font:var(--t-s)/1.5 var(--mono)}
@media(max-width:44rem){iframe{height:clamp(20rem,calc(var(--lines)*2.5rem + 8rem),500rem)}}
summary{cursor:pointer;color:var(--ink-2);margin-bottom:var(--s2)}
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
        <main>
          <a class="brand" href="/">
            <svg viewBox="0 0 32 32" aria-hidden="true">
              <circle class="m1" cx="12" cy="16" r="9" />
              <circle class="m2" cx="20" cy="16" r="9" />
            </svg>
            Connects
          </a>
          ${body}
        </main>
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
        <input
          class="field"
          id="q"
          name="q"
          type="search"
          value="${search ?? ''}"
          placeholder="name@example.test"
        />
        <button class="btn">Search</button>
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
  return html`<ol class="card mails">
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

/** @param consoleUrl where the account that a letter is about is seen; undefined where there is no console */
export function renderMail(mail: OpenedMail, consoleUrl: string | undefined): Html {
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
        ${accountLine(mail, consoleUrl)}
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

/** Which account a letter of ours is about: its Message-ID ends with it. */
function accountLine({ messageId }: OpenedMail, consoleUrl: string | undefined): Html | '' {
  const account = accountOf(messageId);
  if (account === undefined) return '';
  const told =
    consoleUrl === undefined
      ? html`${account}`
      : html`<a href="${consoleUrl}/accounts/${encodeURIComponent(account)}">${account}</a> in the console`;
  return html`<dt>Account</dt>
    <dd>${told}</dd>`;
}

const accountOf = (messageId: string | undefined): string | undefined =>
  /^<[a-z-]+-[0-9a-f]{32}\.([A-Za-z0-9._-]{1,64})@[^@>]+>$/.exec(messageId ?? '')?.[1];

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
