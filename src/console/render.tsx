/** Drawing pages, and errors for whoever looks at them in a browser. */
import type { Child } from 'hono/jsx';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { App } from '../app.ts';
import { shownNow } from '../db/query.ts';
import { readBadges } from '../reports/badges.ts';
import { readReplicaAge } from './replica-age.ts';
import { type Texts, textsFor } from '../texts/catalogue.ts';
import { Behind, Layout, NAV } from './parts/layout.tsx';
import { MemberFrame } from './parts/member-frame.tsx';
import { Say } from './parts/say.tsx';
import type { Badges, Frame } from './console-env.ts';
import type { Fragment } from './live.ts';
import type { Page, PageContext } from './site.ts';

const DOCTYPE = '<!doctype html>\n';

/** An element as text; elements that wait for something are waited for. */
export const toHtml = async (element: Drawn): Promise<string> => element.toString();

interface Drawn {
  toString(): string | Promise<string>;
}

/** Nothing of what cannot be read: the frame shows also while the database is away. */
export async function readFrame(app: FrameBases, putAside?: number): Promise<Frame> {
  const { readDb, config } = app;
  const known = putAside === undefined ? {} : { failures: putAside };
  const [badges, now, age] = await Promise.all([
    readBadges(readDb, known).catch((): Badges => ({})),
    shownNow(readDb).catch(() => undefined),
    readReplicaAge(app),
  ]);
  return { badges, now, replicaAge: config.readDatabaseUrl === undefined ? undefined : age };
}

type FrameBases = Pick<App, 'db' | 'readDb' | 'config' | 'clock'>;

/** What the frame says of a replica, while the page is open. */
export async function readBehind(app: FrameBases): Promise<Fragment> {
  const age = await readReplicaAge(app);
  return { html: await toHtml(<Behind age={age} />), at: await shownNow(app.readDb) };
}

/** `body` within the frame. */
export const renderPage = async (
  app: App,
  context: PageContext,
  page: Page,
  body: Child,
): Promise<Response> => answerHtml(context, page, await readFrame(app, page.putAside), body);

/** Nobody is told the address of a member's page, and no search engine keeps it. */
export function keepToMembers(context: PageContext): void {
  context.header('Referrer-Policy', 'no-referrer');
  context.header('X-Robots-Tag', 'noindex, nofollow');
}

/** In the language that the browser asks for first: of somebody who is not known. */
export const browserTexts = ({ req }: PageContext): Texts =>
  textsFor(req.header('Accept-Language')?.split(/[,;]/)[0]?.trim());

/** To members, who know nothing of a console. */
async function renderMemberFault(context: PageContext, status: number): Promise<Response> {
  keepToMembers(context);
  const { member: say, lang } = browserTexts(context);
  const sentence = status >= 500 ? say.notNow() : say.noAddress();
  const body = (
    <MemberFrame title="Connects" lang={lang}>
      <Say tone={status >= 500 ? 'bad' : 'warn'} sentence={sentence} />
    </MemberFrame>
  );
  return context.html(`${DOCTYPE}${await toHtml(body)}`, status as ContentfulStatusCode);
}

const isMembers = ({ req }: PageContext): boolean => /^\/m(\/|$)/.test(req.path);

/** What is told while nothing can be asked is told without asking. */
const AWAY = 503;

/** Whoever is signed in keeps name and counts; nobody else is told any. */
async function frameOf(context: PageContext, status: number): Promise<Frame> {
  const readIt = context.get('user') === undefined || status === AWAY ? undefined : context.get('readFrame');
  return (await readIt?.()) ?? { badges: {}, now: undefined, replicaAge: undefined };
}

/** What to do next, where the sentence does not say it. */
const NEXT: Partial<Readonly<Record<number, string>>> = {
  404: 'The address may be cut off, or what it led to was pruned since. The field above finds accounts, runs, emails and events.',
  500: 'Whoever runs this console finds the reason in its log, under the code console-error.',
};

export async function renderFault(
  context: PageContext,
  status: NonNullable<Page['status']>,
  title: string,
  sentence: string,
): Promise<Response> {
  if (isMembers(context)) return renderMemberFault(context, status);
  const section = NAV.find(({ href }) => href !== '/' && context.req.path.startsWith(href))?.section;
  return answerHtml(
    context,
    { title, status, ...(section !== undefined && { section }) },
    await frameOf(context, status),
    <Say
      tone={status >= 500 ? 'bad' : 'warn'}
      sentence={sentence}
      action={
        <>
          {status >= 500 && context.req.method === 'GET' ? (
            <a class="btn main" href="">
              Try again
            </a>
          ) : (
            ''
          )}
          <a class="btn" href="/">
            To the overview
          </a>
        </>
      }
    >
      {NEXT[status]}
    </Say>,
  );
}

async function answerHtml(context: PageContext, page: Page, frame: Frame, body: Child): Promise<Response> {
  const element = (
    <Layout
      page={page}
      user={context.get('user')}
      formToken={context.get('formToken')}
      searched={context.req.path === '/search' ? context.req.query('q') : undefined}
      {...frame}
    >
      {body}
    </Layout>
  );
  return context.html(`${DOCTYPE}${await toHtml(element)}`, page.status ?? 200);
}
