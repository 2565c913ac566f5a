/**
 * An inbox that swallows every mail: SMTP on one side, pages and JSON on the other, both on the loopback only. So that
 * a developer, or a test, reads what members would have got, and no sample mail ever leaves the machine.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { callbackify } from 'node:util';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import {
  MESSAGE_POLICY,
  PAGE_POLICY,
  renderBody,
  renderList,
  renderMail,
  renderMissing,
  type OpenedMail,
} from './pages.ts';
import { openMailStore, type MailStore } from './store.ts';

const HOST = '127.0.0.1';
const SHOWN_MAX = 200;
const LISTED_MAX = 10_000;
const MESSAGE_MAX_BYTES = 10 * 1024 * 1024;

export interface InboxRequest {
  /** Where the messages are kept; in memory without it. */
  readonly folder?: string;
  /** Default: any free port. */
  readonly smtpPort?: number;
  readonly httpPort?: number;
  /** Of the console, without a slash at its end: letters lead to the accounts that they are about. */
  readonly consoleUrl?: string;
  /** An address that is refused, as a mailbox that is gone is. */
  readonly refused?: string;
}

export interface Inbox {
  readonly smtpUrl: string;
  readonly httpUrl: string;
  /** How many messages are kept. */
  count(): number;
  stop(): Promise<void>;
}

/** @throws the listening error when a given port is taken */
export async function startInbox(request: InboxRequest = {}): Promise<Inbox> {
  const { folder, smtpPort = 0, httpPort = 0, consoleUrl, refused } = request;
  const store = openMailStore(folder);
  const smtp = smtpSink(store, refused);
  const http = createAdaptorServer({ fetch: inboxApp(store, consoleUrl).fetch });
  const close = async () => {
    await new Promise<void>((resolve) => smtp.close(resolve));
    if ('closeAllConnections' in http) http.closeAllConnections();
    await new Promise<void>((resolve) => void http.close(() => resolve()));
  };
  let closed: Promise<void> | undefined;
  const stop = () => (closed ??= close());
  try {
    const smtpListening = once(smtp.server, 'listening');
    smtp.listen(smtpPort, HOST);
    await smtpListening;
    const httpListening = once(http, 'listening');
    http.listen(httpPort, HOST);
    await httpListening;
  } catch (error) {
    await stop();
    throw error;
  }
  const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
  return {
    smtpUrl: `smtp://${HOST}:${portOf(smtp.server)}`,
    httpUrl: `http://${HOST}:${portOf(http)}`,
    count: () => store.count(),
    stop,
  };
}

function smtpSink(store: MailStore, refused: string | undefined): SMTPServer {
  const server = new SMTPServer({
    banner: 'a local inbox: mail stays on this machine',
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MESSAGE_MAX_BYTES,
    closeTimeout: 200,
    onRcptTo: ({ address }, _session, done) => (address === refused ? done(gone) : done()),
    onData: callbackify((stream: SMTPServerDataStream, session: SMTPServerSession) =>
      keep(store, stream, session),
    ),
  });
  // A sender that breaks off is the sender's trouble.
  server.on('error', () => {});
  return server;
}

const gone = Object.assign(new Error('5.1.1 the mailbox does not exist'), { responseCode: 550 });

async function keep(
  store: MailStore,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
): Promise<void> {
  const { mailFrom, rcptTo } = session.envelope;
  const message = await buffer(stream);
  if (stream.sizeExceeded) throw Object.assign(new Error('the message is too large'), { responseCode: 552 });
  await store.add(message, {
    from: mailFrom ? mailFrom.address : '',
    to: rcptTo.map((one) => one.address),
  });
}

function inboxApp(store: MailStore, consoleUrl: string | undefined): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    // Another site's name that resolves to this machine must not read the mail through the visitor's browser.
    const { hostname } = new URL(context.req.url);
    if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) return context.text('unknown host', 421);
    await next();
    context.header('x-content-type-options', 'nosniff');
    context.header('referrer-policy', 'no-referrer');
    context.header('cache-control', 'no-store');
    if (!context.res.headers.has('content-security-policy'))
      context.header('content-security-policy', PAGE_POLICY);
    return undefined;
  });
  addPages(app, store, consoleUrl);
  addJson(app, store);
  return app;
}

function addPages(app: Hono, store: MailStore, consoleUrl: string | undefined): void {
  app.get('/', async (context) => {
    // `to` is what links from elsewhere ask for.
    const search = (context.req.query('q') ?? context.req.query('to'))?.trim() || undefined;
    return context.html(renderList(await store.list({ search, limit: SHOWN_MAX }), store.count(), search));
  });
  app.get('/messages/:id{[0-9A-Z-]+}', async (context) => {
    const mail = await openMail(store, context.req.param('id'));
    return mail ? context.html(renderMail(mail, consoleUrl)) : context.html(renderMissing(), 404);
  });
  app.get('/messages/:id/body', async (context) => {
    const mail = await openMail(store, context.req.param('id'));
    if (mail?.html === undefined) return context.html(renderMissing(), 404);
    context.header('content-security-policy', MESSAGE_POLICY);
    return context.html(renderBody(mail.html));
  });
  app.notFound((context) => context.html(renderMissing(), 404));
}

function addJson(app: Hono, store: MailStore): void {
  app.get('/messages.json', async (context) => {
    const limit = Number(context.req.query('limit') ?? SHOWN_MAX);
    if (!Number.isInteger(limit) || limit < 0 || limit > LISTED_MAX)
      return context.json({ error: `limit: a whole number from 0 to ${LISTED_MAX}` }, 400);
    const search = context.req.query('q')?.trim() || undefined;
    return context.json(await store.list({ to: context.req.query('to') || undefined, search, limit }));
  });
  app.get('/messages/:file{[0-9A-Z-]+\\.json}', async (context) => {
    const mail = await openMail(store, context.req.param('file').slice(0, -'.json'.length));
    return mail ? context.json(mail) : context.json({ error: 'there is no such message' }, 404);
  });
  app.delete('/messages', async (context) => {
    await store.clear();
    return context.body(null, 204);
  });
}

async function openMail(store: MailStore, id: string): Promise<OpenedMail | undefined> {
  const [summary, source] = [await store.summary(id), await store.source(id)];
  if (!summary || !source) return undefined;
  const mail = await simpleParser(source, { skipTextToHtml: true, skipHtmlToText: true });
  return {
    ...summary,
    headers: mail.headerLines.map(({ line }) => splitHeader(line)),
    sender: mail.from?.value
      .map(({ name, address = '' }) => (name ? `${name} <${address}>` : address))
      .join(', '),
    text: mail.text,
    html: mail.html === false ? undefined : mail.html,
  };
}

function splitHeader(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}
