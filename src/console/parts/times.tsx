/** Instants and dates as people read them: in a zone, with UTC for whoever points at them, relative where they are near. */
import { DateTime } from 'luxon';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { formatAge } from '../../words.ts';

const UTC = 'UTC';
const NEAR_MS = 86_400_000;

interface TimeProps {
  readonly at: Instant;
  /** Of the account, where it is an account's; UTC otherwise. */
  readonly zone?: string | undefined;
}

/** In English, whatever the server speaks; of its kinds that one whose months have three letters. */
const LOCALE = 'en-US';

const inZone = ({ at, zone }: TimeProps): DateTime =>
  DateTime.fromMillis(at, { zone: zone ?? UTC, locale: LOCALE });

/** `2026-11-29 07:05:42 UTC`: what stands behind every time. */
const utc = (at: Instant): string => `${formatInstant(at).slice(0, 19).replace('T', ' ')} UTC`;

/** `29 Nov 2026, 07:05:42 UTC`, or in a zone without its name. */
export const Time = ({ at, zone }: TimeProps) => (
  <time datetime={formatInstant(at)} title={utc(at)}>
    {inZone({ at, zone }).toFormat('d LLL yyyy, HH:mm:ss')}
    {zone === undefined ? ' UTC' : ''}
  </time>
);

/**
 * `07:05` of the day that `now` is in, `28 Nov, 22:31` of another one, with the year where that is another, too. On a
 * phone the day alone.
 */
export function ShortTime({ at, zone, now }: TimeProps & { readonly now: Instant }) {
  const [then, today] = [inZone({ at, zone }), inZone({ at: now, zone })];
  return (
    <time datetime={formatInstant(at)} title={utc(at)}>
      {then.hasSame(today, 'day') ? (
        then.toFormat('HH:mm')
      ) : then.hasSame(today, 'year') ? (
        <>
          {then.toFormat('d LLL')}
          <span class="p2">{then.toFormat(', HH:mm')}</span>
        </>
      ) : (
        then.toFormat('d LLL yyyy')
      )}
    </time>
  );
}

/** `07:05:42 UTC`. */
export const Clock = ({ at }: { readonly at: Instant }) => (
  <time datetime={formatInstant(at)}>{inZone({ at }).toFormat('HH:mm:ss')} UTC</time>
);

/** `5 min ago`, `in 4 min`, and the whole time where it is more than a day away. */
export function NearTime({ at, zone, now }: TimeProps & { readonly now: Instant }) {
  const apartMs = at - now;
  if (Math.abs(apartMs) > NEAR_MS) return <Time at={at} zone={zone} />;
  const age = formatAge(Math.abs(apartMs) / 1_000);
  return (
    <time datetime={formatInstant(at)} title={utc(at)}>
      {apartMs > 0 ? `in ${age}` : `${age} ago`}
    </time>
  );
}

/** A duration in at most two units: `42 s`, `3 h 20 min`. */
export const Duration = ({ ms }: { readonly ms: number }) => (
  <span class="num nowrap">{ms < 1_000 ? '< 1 s' : formatAge(ms / 1_000)}</span>
);

/** `1 Dec 2026` of a local date such as `2026-12-01`. */
export const DateOn = ({ on }: { readonly on: string }) => (
  <time datetime={on}>{DateTime.fromISO(on, { zone: UTC, locale: LOCALE }).toFormat('d LLL yyyy')}</time>
);
