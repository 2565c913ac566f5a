/** Where the holes are: cycles by month and day; a day on which some are missing leads to what would fill them. */
import type { Child } from 'hono/jsx';
import { type CyclesGrid, type Hole, spanOfMissing } from '../../reports/cycles-grid.ts';
import { counted } from '../../words.ts';
import { CyclesByDay } from '../charts/heat-grid.tsx';
import { Card } from '../parts/card.tsx';
import { DateOn, Time } from '../parts/times.tsx';
import { type BackfillForm, backfillAddress, fillAddress } from './backfill-asked.ts';

interface HolesProps {
  readonly grid: CyclesGrid;
  readonly form: BackfillForm;
}

/** The latest holes, which are seen at once; the others are a click away. */
const SEEN_MAX = 5;

export function WhereTheHolesAre({ grid: { days, holes, isCounted, lookedAt }, form }: HolesProps) {
  const holeOf = (on: string) => holes.find(({ from, to }) => from <= on && on <= to);
  const asked = days.filter(({ on }) => form.from !== '' && form.from <= on && on <= form.to);
  // Among days that are settled, those that are not are what is asked for.
  const missing = asked.filter((one) => one.missing > 0);
  const chosen = new Set((missing.length > 0 ? missing : asked).map(({ on }) => on));
  const hrefOf = (on: string): string | undefined => {
    const hole = holeOf(on);
    return hole && backfillAddress({ ...form, from: hole.from, to: hole.to });
  };
  return (
    <Card
      title="Where the holes are"
      bare
      aside="choose a red cell, a month, or dates"
      footer={
        lookedAt === null ? (
          'No round over all accounts has looked for holes yet: a scheduler begins one by itself.'
        ) : (
          <span>
            looked for at <Time at={lookedAt} />
          </span>
        )
      }
    >
      {isCounted ? '' : <p class="q in">What was settled before is still being counted.</p>}
      <CyclesByDay
        days={days.map((day) => ({ ...day, isChosen: chosen.has(day.on), href: hrefOf(day.on) }))}
        hrefOfMonth={(month) =>
          fillAddress(
            days.filter(({ on }) => on.startsWith(month)),
            form,
          )
        }
      />
      <HoleList holes={holes.toReversed()} all={spanOfMissing(days)} form={form} />
    </Card>
  );
}

interface HoleListProps extends Pick<HolesProps, 'form'> {
  /** The latest first. */
  readonly holes: readonly Hole[];
  readonly all: Hole | undefined;
}

function HoleList({ holes, all, form }: HoleListProps) {
  if (!all) return <></>;
  const older = holes.slice(SEEN_MAX);
  return (
    <div class="in lines">
      <ul>
        {holes.length > 1 ? (
          <li>
            <b>
              <HoleLink hole={all} form={form}>
                {holes.length === 2 ? 'Both holes' : `All ${counted(holes.length, 'hole')}`} at once:
              </HoleLink>
            </b>
            <br />
            <span class="q">What is settled in between stays as it is.</span>
          </li>
        ) : (
          ''
        )}
        <Lines holes={holes.slice(0, SEEN_MAX)} form={form} />
      </ul>
      {older.length > 0 ? (
        <details class="more">
          <summary>{counted(older.length, 'older hole')}</summary>
          <ul>
            <Lines holes={older} form={form} />
          </ul>
        </details>
      ) : (
        ''
      )}
    </div>
  );
}

const Lines = ({ holes, form }: Pick<HoleListProps, 'holes' | 'form'>) => (
  <>
    {holes.map((hole) => (
      <li>
        <HoleLink hole={hole} form={form} />
      </li>
    ))}
  </>
);

interface HoleLinkProps extends Pick<HolesProps, 'form'> {
  readonly hole: Hole;
  readonly children?: Child;
}

/** It is marked where the form asks for just that. */
const HoleLink = ({ hole: { from, to, cycles }, form, children = '' }: HoleLinkProps) => (
  <a
    class="link"
    href={backfillAddress({ ...form, from, to })}
    aria-current={form.from === from && form.to === to ? 'true' : undefined}
  >
    {children} {counted(cycles, 'cycle')} missing, <DateOn on={from} />
    {from === to ? (
      ''
    ) : (
      <>
        {' '}
        – <DateOn on={to} />
      </>
    )}
  </a>
);
