/** How the outbox stands, and who holds it. */
import type { Child } from 'hono/jsx';
import type { Instant } from '../../domain/calendar.ts';
import { COUNTED_MAX, type OutboxSums } from '../../outbox/paging.ts';
import type { FleetSample } from '../../ledger/fleet-samples.ts';
import type { MailHold } from '../../outbox/hold.ts';
import { formatAge } from '../../words.ts';
import { upTo as upToMax } from '../parts/numbers.tsx';
import { Say } from '../parts/say.tsx';
import { Tile, Tiles } from '../parts/tiles.tsx';
import { NearTime } from '../parts/times.tsx';
import { Past } from './tile-past.tsx';

/** A count that was cut says that there are more. */
export const upTo = (count: number): string => upToMax(count, COUNTED_MAX);

interface TilesProps {
  readonly sums: OutboxSums;
  /** How the figures went, the oldest first. */
  readonly past: readonly FleetSample[];
  readonly now: Instant;
}

export const EmailTiles = ({ sums, past, now }: TilesProps) => {
  const { counts, sentSince, oldestStagedAt } = sums;
  const leaving = counts.claimed + counts.sending;
  const oldest =
    oldestStagedAt === null
      ? 'none waits to be sent'
      : `oldest staged ${formatAge((now - oldestStagedAt) / 1_000)} ago`;
  return (
    <Tiles>
      <Tile
        title="Waiting"
        figure={upTo(counts.pending + leaving)}
        note={leaving === 0 ? oldest : `${oldest}, ${upTo(leaving)} on the way`}
        picture={
          <Past
            of="Emails to be sent"
            value={(one) => one.waiting}
            current={counts.pending + leaving}
            {...{ past, now }}
          />
        }
      />
      <Tile
        title="Sent today"
        figure={upTo(sentSince)}
        note="of those due since 00:00 UTC"
        picture={
          <Past
            of="Emails sent since midnight in UTC"
            value={(one) => one.sentToday}
            current={sentSince}
            {...{ past, now }}
          />
        }
      />
      <Tile
        title="Refused"
        figure={upTo(counts.refused)}
        note={counts.refused === 0 ? 'by the mail server' : 'by the mail server, need a look'}
        picture={
          <Past
            of="Emails refused"
            value={(one) => one.refused}
            current={counts.refused}
            isBad={counts.refused > 0}
            {...{ past, now }}
          />
        }
      />
      <Tile
        title="Too old"
        figure={upTo(counts['too-old'])}
        note="staged long after what they tell of"
        picture={
          <Past
            of="Emails too old to be sent"
            value={(one) => one.tooOld}
            current={counts['too-old']}
            {...{ past, now }}
          />
        }
      />
      <Tile
        title="Suppressed"
        figure={upTo(counts.suppressed)}
        note="by an operator, or by the program"
        picture={
          <Past
            of="Emails suppressed"
            value={(one) => one.suppressed}
            current={counts.suppressed}
            {...{ past, now }}
          />
        }
      />
    </Tiles>
  );
};

interface HoldProps {
  readonly hold: MailHold;
  readonly now: Instant;
  readonly action?: Child;
}

export const HoldLine = ({ hold, now, action }: HoldProps) => (
  <Say
    tone="warn"
    sentence="All mail is held: nothing leaves until it is released."
    {...(action !== undefined && { action })}
  >
    Since <NearTime at={hold.heldAt} now={now} /> by {hold.actor}
    {hold.reason === null ? '.' : `: ${hold.reason}`}
  </Say>
);
