/**
 * A member's own page, by a link that is signed and ends: what they have, what comes next, and their history. It shows
 * one account and leads nowhere else; it sets no cookie and changes nothing. It is written in the account's language.
 */
import { createHash, randomBytes } from 'node:crypto';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Child } from 'hono/jsx';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { formatInstant, parseInstant } from '../../domain/calendar.ts';
import { ConnectsError } from '../../errors.ts';
import { openMemberLink } from '../../operations/accounts/member-link.ts';
import { type HistoryFilter, readHistoryPage } from '../../reports/account-history.ts';
import { type AccountView, viewOf } from '../../reports/account-view.ts';
import { inquire } from '../../reports/explain/explain.ts';
import { readReplicaAge } from '../replica-age.ts';
import { HISTORY_TYPES, type HistoryType, ZoneWords } from '../../reports/member-words.ts';
import type { Texts } from '../../texts/catalogue.ts';
import { MemberFrame } from '../parts/member-frame.tsx';
import { RateLimit } from '../rate-limit.ts';
import { browserTexts, keepToMembers, toHtml } from '../render.tsx';
import { signedLink } from '../sign-in/rights.ts';
import type { PageContext, Site } from '../site.ts';
import { MemberAccount, NoPage } from './member-frame.tsx';
import { MemberHistory, type Shown } from './member-history.tsx';

const MINUTE_MS = 60_000;
/** Pages of one link within a minute: more than anybody reads. */
const READ_MAX = 60;
/** Addresses that lead nowhere, asked for from one place within a minute. Links that are good are shown all the same. */
const UNKNOWN_MAX = 30;
/** Lines of one page. */
const LINES = 25;
/** Days that can be chosen; the first is shown where none is. */
const PERIODS = [30, 7, 90] as const;

export function addMemberPages({ app, pages }: Site): void {
  // Where none is set no link is good: this one nobody knows.
  const secret = app.config.memberSecret ?? randomBytes(32).toString('base64');
  const reading = new RateLimit(app.clock, { max: READ_MAX, windowMs: MINUTE_MS });
  const guessing = new RateLimit(app.clock, { max: UNKNOWN_MAX, windowMs: MINUTE_MS });
  pages.get('/m/:token', signedLink, async (context) => {
    keepToMembers(context);
    const token = context.req.param('token');
    const link = await openMemberLink({ db: app.db, secret }, token);
    if (link.link === 'revoked') return refuse(context, 410);
    if (link.link === 'expired') return refuse(context, 410, link.expiresAt);
    if (link.link === 'unknown') {
      const address = getConnInfo(context).remote.address ?? '';
      return refuse(context, guessing.take(address) ? 404 : 429);
    }
    if (!reading.take(hashOf(token))) return refuse(context, 429);
    try {
      return await showAccount(context, link.account, token);
    } catch (error) {
      // Gone since the link was made: nothing may tell that it was there.
      if (error instanceof ConnectsError && error.code === 'unknown-account') return refuse(context, 404);
      throw error;
    }
  });

  /** Members know nothing of a replica: what they are told is of the time up to which it has all. */
  async function asOfReplica(view: AccountView): Promise<AccountView> {
    const age = await readReplicaAge(app);
    if (typeof age !== 'number') return view;
    return { ...view, asOf: formatInstant((parseInstant(view.asOf) ?? 0) - age) };
  }

  async function showAccount(context: PageContext, account: string, token: string): Promise<Response> {
    const inquiry = await inquire(app.readDb, account);
    const view = await asOfReplica(await viewOf(inquiry, 0));
    const words = new ZoneWords(view.zone, view.locale);
    const asked = askedOf(context);
    const inWords = { ...inquiry, words };
    const page = await readHistoryPage(inWords, filterOf(asked), { limit: LINES, before: asked.before });
    const shown: Shown = {
      ...page,
      ...asked,
      words,
      periods: PERIODS,
      path: `/m/${token}`,
    };
    return answer(
      context,
      { status: 200, title: words.texts.member.title(), texts: words.texts },
      <>
        <MemberAccount view={view} words={words} />
        <MemberHistory shown={shown} />
      </>,
    );
  }
}

interface Asked {
  /** 0 for all. */
  readonly days: number;
  readonly type: HistoryType | undefined;
  readonly before: number | undefined;
}

/** What the page itself asks for; anything else is not asked for. */
function askedOf({ req }: PageContext): Asked {
  const days = Number(req.query('days') ?? PERIODS[0]);
  const before = Number(req.query('before'));
  return {
    days: days === 0 || PERIODS.some((one) => one === days) ? days : PERIODS[0],
    type: HISTORY_TYPES.find((one) => one === req.query('type')),
    before: Number.isSafeInteger(before) && before > 0 ? before : undefined,
  };
}

const filterOf = ({ days, type }: Asked): HistoryFilter => ({
  days: days === 0 ? undefined : days,
  types: type && [type],
});

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Nobody is known by a link that is no good: its language is what the browser asks for. */
function refuse(context: PageContext, status: 404 | 410 | 429, endedAt?: number): Promise<Response> {
  const texts = browserTexts(context);
  const body = <NoPage status={status} texts={texts} endedAt={endedAt} />;
  return answer(context, { status, title: 'Connects', texts }, body);
}

interface Page {
  readonly status: ContentfulStatusCode;
  readonly title: string;
  readonly texts: Texts;
}

async function answer(context: PageContext, { status, title, texts }: Page, body: Child): Promise<Response> {
  const text = await toHtml(
    <MemberFrame title={title} lang={texts.lang}>
      {body}
    </MemberFrame>,
  );
  if (status === 429) context.header('Retry-After', String(MINUTE_MS / 1_000));
  return context.html(`<!doctype html>\n${text}`, status);
}
