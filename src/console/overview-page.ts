/** The overview as HTML. No script, no request to anywhere else. */
import { html } from 'hono/html';
import { type Instant, formatInstant } from '../domain/calendar.ts';
import { held } from '../ledger/ledger-hold.ts';
import type { Overview } from '../reports/overview.ts';
import { counted } from '../words.ts';

const STYLE = `
  :root { color-scheme: light dark; --ink: #1b2a1f; --paper: #f4f6f4; --card: #fff; --line: #d5ddd6; --quiet: #56655b; --accent: #14713f; }
  @media (prefers-color-scheme: dark) { :root { --ink: #e6efe8; --paper: #101512; --card: #18201b; --line: #35433a; --quiet: #a3b3a8; --accent: #6fd39a; } }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
  main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
  h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
  h2 { font-size: 1rem; margin: 0 0 .5rem; color: var(--quiet); font-weight: 600; }
  .cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); margin: 1rem 0; }
  section { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; min-width: 0; }
  .figure { font-size: 2rem; line-height: 1.1; font-variant-numeric: tabular-nums; margin: 0; }
  p { margin: .25rem 0; } .quiet { color: var(--quiet); }
  a { color: var(--accent); }
  .scroll { overflow-x: auto; }
  table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
  th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
  th { color: var(--quiet); font-weight: 600; }`;

type Markup = ReturnType<typeof html>;

export function renderOverview(overview: Overview): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="refresh" content="10" />
        <title>Connects</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <main>
          <h1>Connects</h1>
          <p class="quiet">${counted(overview.accounts, 'account')}, as of ${when(overview.now)}</p>
          ${behindLine(overview)} ${holdLines(overview)}
          <div class="cards">${dueCard(overview)} ${tickCard(overview)} ${inboxCard(overview)}</div>
          ${lastRunCard(overview)} ${noticesCard(overview)}
        </main>
      </body>
    </html>`;
}

/** What is shown is of then; without a word, whoever is due would be taken to be so now. */
function behindLine({ replicaBehindMs: behind }: Overview): Markup | '' {
  if (behind === null) return '';
  const what =
    behind === 'unknown'
      ? 'How far the replica of READ_DATABASE_URL is behind is not known, because the primary cannot be asked.'
      : `The replica of READ_DATABASE_URL is ${age(behind)} behind: this page is as of then.`;
  return html`<p role="status"><strong>${what}</strong></p>`;
}

/** Who holds what, since when and why: whoever waits for Connects is to know that it is somebody's decision. */
function holdLines({ hold, mailHeld }: Overview): Markup[] {
  const lines = [...(hold ? [held(hold).message] : []), ...(mailHeld === null ? [] : [mailHeld])];
  return lines.map((line) => html`<p role="status"><strong>${upperFirst(line)}.</strong></p>`);
}

const upperFirst = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

const dueCard = ({ due, oldestDueAt, now }: Overview): Markup => html`
  <section>
    <h2>Due</h2>
    <p class="figure">${due}</p>
    <p class="quiet">
      ${oldestDueAt === null ? 'Everyone is current.' : `The oldest for ${age(now - oldestDueAt)}.`}
    </p>
  </section>
`;

const tickCard = ({ nextTickAt, now }: Overview): Markup => html`
  <section>
    <h2>Next tick</h2>
    <p class="figure">${nextTickAt === null ? '–' : `in ${age(Math.max(0, nextTickAt - now))}`}</p>
    <p class="quiet">${nextTickAt === null ? 'No scheduler has been started.' : when(nextTickAt)}</p>
  </section>
`;

const inboxCard = ({ notices, inboxUrl }: Overview): Markup => html`
  <section>
    <h2>Inbox</h2>
    <p class="figure">${notices.sent ?? 0}</p>
    <p class="quiet">
      sent${Object.entries(notices)
        .filter(([state]) => state !== 'sent')
        .map(([state, count]) => `, ${count} ${state}`)
        .join('')}.
      ${inboxUrl === null ? '' : html`<a href="${inboxUrl}">Open the local inbox</a>`}
    </p>
  </section>
`;

function lastRunCard({ lastRun }: Overview): Markup {
  if (!lastRun)
    return html`<section>
      <h2>Last run</h2>
      <p>No run yet. The next tick opens one as soon as somebody is due.</p>
    </section>`;
  const { run, counts } = lastRun;
  return html`<section>
    <h2>Last run</h2>
    <p>Run ${run.id} (${run.kind}) is <strong>${run.state}</strong>, as of ${when(run.asOf)}.</p>
    <p>
      ${counted(counts.settled, 'account')} settled, ${counts.failed} failed, ${counts.remaining} remaining,
      ${counts.skipped} skipped; ${counted(counts.cycles, 'cycle')}, ${counts.granted} Connects granted,
      ${counts.expired} expired, ${counts.net} in all.
    </p>
    <p class="quiet">
      Started ${when(run.startedAt)} by
      ${run.actor}${run.endedAt === null ? '' : `, ended ${when(run.endedAt)}`}.
    </p>
  </section>`;
}

function noticesCard({ latestNotices }: Overview): Markup | '' {
  if (latestNotices.length === 0) return '';
  return html`<section style="margin-top: 1rem">
    <h2>Latest notices</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Notice</th>
            <th scope="col">Account</th>
            <th scope="col">Kind</th>
            <th scope="col">State</th>
            <th scope="col">Staged</th>
          </tr>
        </thead>
        <tbody>
          ${latestNotices.map(
            (one) =>
              html`<tr>
                <td>${one.id}</td>
                <td>${one.account}</td>
                <td>${one.kind}</td>
                <td>${one.state}</td>
                <td>${when(one.stagedAt)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

const when = (at: Instant): string => `${formatInstant(at).slice(0, 19).replace('T', ' ')} UTC`;

function age(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}
