/** What a letter says of its account besides what it tells of: as the account is when the letter is made. */
import type { Account } from '../../domain/account.ts';
import { isKnownZone, localDateOf } from '../../domain/calendar.ts';
import { forecast } from '../../domain/simulation/forecast.ts';
import type { Terms } from '../../domain/terms.ts';
import { type Carried, memberAddress, memberTokenOf } from '../../member-token.ts';
import type { NextCycle, NoticeContext } from '../../notices/page.ts';
import { unsubscribeTokenOf } from '../../notices/unsubscribe-token.ts';
import type { Ground } from './notice-ground.ts';

export interface ContextSettings {
  readonly preferencesUrl: string | undefined;
  /** What `{token}` in that address is made with. */
  readonly preferencesSecret: string | undefined;
  /** Where members' pages are; without it, or the secret of their links, letters have no button. */
  readonly letterPagesUrl: string | undefined;
  readonly memberSecret: string | undefined;
  /** An email or web address. */
  readonly mailContact: string | undefined;
}

/** How long the link of a letter is good: until the next cycle has its own. */
const LINK_LASTS_MS = 31 * 86_400_000;
/** In the place of a link that is not made. */
const NO_TOKEN = 'made-when-it-is-sent';

export function contextOf(
  account: Account,
  { now, terms, locales, revocations }: Pick<Ground, 'now' | 'terms' | 'locales' | 'revocations'>,
  settings: ContextSettings & { readonly forLooking?: true },
): NoticeContext {
  const { id, zone, balance, kind, status } = account;
  const dateOf = (at: number) => localDateOf(at, isKnownZone(zone) ? zone : 'UTC');
  return {
    account: id,
    zone,
    locale: locales.get(id) ?? null,
    today: dateOf(now),
    balance,
    isAgency: kind === 'agency',
    isClosed: status === 'closed',
    next: nextOf(account, terms, now),
    preferencesUrl: preferencesOf(settings, id),
    ownPage: ownPageOf(
      { account: id, expiresAt: now + LINK_LASTS_MS, revocations: revocations.get(id) ?? 0 },
      dateOf,
      settings,
    ),
    contact: settings.mailContact,
  };
}

/** A boundary that is due, and not yet settled, is not to come: nothing is said of it. */
function nextOf(account: Account, terms: Terms, now: number): NextCycle | null {
  const { nextCycleOn: on, nextCycleAt: at } = account;
  return on === null || at === null || at <= now ? null : { on, amount: amountOf(account, terms) };
}

function amountOf(account: Account, terms: Terms): number {
  try {
    const [next] = forecast(account, terms, 1);
    return next ? next.free + next.paid - next.recovered : 0;
  } catch {
    // Settling it will say what is wrong with this account; until then nothing can be promised.
    return 0;
  }
}

function ownPageOf(
  carried: Carried,
  dateOf: (at: number) => string,
  { letterPagesUrl: base, memberSecret: secret, forLooking }: Parameters<typeof contextOf>[2],
): NoticeContext['ownPage'] {
  if (base === undefined || secret === undefined) return undefined;
  const until = dateOf(carried.expiresAt);
  if (forLooking) return lookedAtPage(base, until);
  return { url: memberAddress(base, { token: memberTokenOf(secret, carried) }), until };
}

/** Where the button of a letter that is only looked at leads: to no member's page. */
export const lookedAtPage = (base: string | undefined, until: string): NoticeContext['ownPage'] =>
  base === undefined ? undefined : { url: memberAddress(base, { token: NO_TOKEN }), until };

/** Where this member chooses which emails to get. */
export const preferencesOf = (
  { preferencesUrl, preferencesSecret }: Pick<ContextSettings, 'preferencesUrl' | 'preferencesSecret'>,
  accountId: string,
): string | undefined =>
  preferencesUrl
    ?.replaceAll('{account}', encodeURIComponent(accountId))
    .replaceAll('{token}', () => unsubscribeTokenOf(preferencesSecret ?? '', accountId));
