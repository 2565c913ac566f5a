/** Drawing pages, and errors for whoever looks at them in a browser. */
import type { Child } from 'hono/jsx';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { App } from '../app.ts';
import { shownNow } from '../db/query.ts';
import { readBadges } from '../reports/badges.ts';
import { type Badges, Layout } from './parts/layout.tsx';
import { type Texts, textsFor } from '../texts/catalogue.ts';
import { MemberFrame } from './parts/member-frame.tsx';
import { Say } from './parts/say.tsx';
import type { Page, PageContext } from './site.ts';

const DOCTYPE = '<!doctype html>\n';

/** An element as text; elements that wait for something are waited for. */
export const toHtml = async (element: Drawn): Promise<string> => element.toString();

interface Drawn {
  toString(): string | Promise<string>;
}

/** `body` within the frame. The frame shows also while the database is away. */
export async function renderPage(app: App, context: PageContext, page: Page, body: Child): Promise<Response> {
  const [badges, now] = await Promise.all([
    readBadges(app.readDb).catch((): Badges => ({})),
    shownNow(app.readDb).catch(() => undefined),
  ]);
  return answerHtml(context, page, { badges, now }, body);
}

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

/** Without asking anybody anything: for what must be told while nothing can be asked. */
export const renderFault = (
  context: PageContext,
  status: NonNullable<Page['status']>,
  title: string,
  sentence: string,
): Promise<Response> =>
  isMembers(context)
    ? renderMemberFault(context, status)
    : answerHtml(
        context,
        { title, status },
        { badges: {}, now: undefined },
        <Say
          tone={status >= 500 ? 'bad' : 'warn'}
          sentence={sentence}
          action={
            <a class="btn" href="/">
              To the overview
            </a>
          }
        />,
      );

async function answerHtml(
  context: PageContext,
  page: Page,
  frame: { readonly badges: Badges; readonly now: number | undefined },
  body: Child,
): Promise<Response> {
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
