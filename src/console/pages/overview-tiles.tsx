/** The five tiles of the overview. */
import { DUE_MAX } from '../../reports/due-look.ts';
import { OUTBOX_MAX } from '../../reports/overview.ts';
import type { Slot, SlotState } from '../../reports/ticks.ts';
import { counted, formatAge } from '../../words.ts';
import type { Fill } from '../charts/frame.tsx';
import { TickStrip } from '../charts/small.tsx';
import { runAddress } from '../parts/addresses.ts';
import { grouped, upTo } from '../parts/numbers.tsx';
import { Figure, Tile, Tiles } from '../parts/tiles.tsx';
import type { OverviewFacts } from './overview-facts.ts';
import { Past } from './tile-past.tsx';

interface Facts {
  readonly facts: OverviewFacts;
}

export const OverviewTiles = ({ facts }: Facts) => (
  <Tiles>
    <Due facts={facts} />
    <LastClean facts={facts} />
    <PutAside facts={facts} />
    <Outbox facts={facts} />
    <NextTick facts={facts} />
  </Tiles>
);

const age = (now: number, since: number): string => formatAge(Math.max(0, now - since) / 1_000);

const Due = ({ facts: { due, oldestDueAt, now, dueAlarmMs, past } }: Facts) => (
  <Tile
    title="Due now"
    figure={upTo(due, DUE_MAX)}
    note={
      oldestDueAt === null
        ? 'nobody waits'
        : `oldest ${age(now, oldestDueAt)} of ${formatAge(dueAlarmMs / 1_000)} allowed`
    }
    picture={<Past of="Accounts due" now={now} past={past} current={due} value={(one) => one.due} />}
  />
);

function LastClean({ facts: { lastClean, now, past } }: Facts) {
  if (!lastClean) return <Tile title="Last clean sweep" figure="–" note="none yet" />;
  const { run, at } = lastClean;
  return (
    <Tile
      title="Last clean sweep"
      figure={<Figure text={`${age(now, at)} ago`} />}
      note={
        run === null ? (
          'nobody was due'
        ) : (
          <>
            <a class="link" href={runAddress(run.id)}>
              run {grouped(run.id)}
            </a>
            , {counted(run.dueAtStart, 'account')}
          </>
        )
      }
      picture={
        <Past
          of="How long ago everybody was current"
          now={now}
          past={past}
          current={(now - at) / 1_000}
          value={(one) => one.cleanS}
          told={formatAge}
        />
      }
    />
  );
}

const PutAside = ({ facts: { putAside, now, past } }: Facts) => (
  <Tile
    title="Put aside"
    figure={grouped(putAside.accounts)}
    note={
      putAside.accounts === 0
        ? 'nobody needs a person'
        : `${counted(putAside.codes.length, 'error')}${putAside.oldestAt === null ? '' : `, oldest ${age(now, putAside.oldestAt)}`}`
    }
    picture={
      <Past
        of="Accounts put aside"
        now={now}
        past={past}
        current={putAside.accounts}
        value={(one) => one.putAside}
        isBad={putAside.accounts > 0}
      />
    }
  />
);

const Outbox = ({ facts: { outbox, now, mailHold, past } }: Facts) => (
  <Tile
    title="Outbox"
    figure={upTo(outbox.waiting, OUTBOX_MAX)}
    note={
      outbox.oldestAt === null
        ? 'no email waits'
        : `oldest ${age(now, outbox.oldestAt)}${mailHold === null ? leaving(outbox.perSecond) : ', all mail is held'}`
    }
    picture={
      <Past
        of="Emails to be sent"
        now={now}
        past={past}
        current={outbox.waiting}
        value={(one) => one.waiting}
      />
    }
  />
);

/** `, leaving at 217/s`; by the minute where that is slower. */
function leaving(perSecond: number): string {
  if (perSecond === 0) return '';
  return perSecond < 1
    ? `, leaving at ${Math.round(perSecond * 60)}/min`
    : `, leaving at ${grouped(Math.round(perSecond))}/s`;
}

const NextTick = ({ facts: { nextTickAt, now, slots } }: Facts) => (
  <Tile
    title="Next tick"
    figure={nextTickAt === null ? '–' : <Figure text={formatAge(Math.max(0, nextTickAt - now) / 1_000)} />}
    note={nextTickAt === null ? 'no scheduler has been started' : slotWords(slots)}
    picture={<Strip slots={slots} />}
  />
);

const STATE_WORDS: Readonly<Record<SlotState, string>> = {
  swept: 'swept',
  late: 'late',
  merged: 'merged into the next',
  missed: 'missed',
  failed: 'failed',
  held: 'held',
};

/** `1 missed, 1 merged into the next of 24`; in the words of what went otherwise than planned. */
function slotWords(slots: readonly Slot[]): string {
  if (slots.length === 0) return 'the first one';
  const odd = (['missed', 'failed', 'held', 'late', 'merged'] as const)
    .map((state) => ({ state, count: slots.filter((slot) => slot.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${STATE_WORDS[state]}`);
  const of = `the last ${slots.length}`;
  return odd.length === 0 ? `${of} all came` : `${odd.join(', ')} of ${of}`;
}

const FILLS: Readonly<Record<SlotState, Fill>> = {
  swept: 'f-grant',
  late: 'f-expire',
  merged: 'f-expire',
  missed: 'f-bad',
  failed: 'f-bad',
  held: 'f-mute',
};

const TICKS_SHOWN = 24;

/** One mark a slot. */
const Strip = ({ slots }: { readonly slots: readonly Slot[] }) => (
  <TickStrip
    label={`Ticks: ${slotWords(slots)}`}
    room={TICKS_SHOWN}
    ticks={slots.map(({ at, state }) => ({
      fill: FILLS[state],
      isBad: state === 'missed' || state === 'failed',
      title: `${new Date(at).toISOString().slice(11, 16)} UTC: ${STATE_WORDS[state]}`,
    }))}
  />
);
