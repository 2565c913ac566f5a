/** Where the holes are: cycles by month and day; a day on which some are missing leads to what would fill them. */
import type { CyclesGrid } from '../../reports/cycles-grid.ts';
import { counted } from '../../words.ts';
import { CyclesByDay } from '../charts/heat-grid.tsx';
import { Card } from '../parts/card.tsx';
import { DateOn, Time } from '../parts/times.tsx';
import { type BackfillForm, backfillAddress } from './backfill-asked.ts';

interface HolesProps {
  readonly grid: CyclesGrid;
  readonly form: BackfillForm;
}

/** The latest holes that are named; older ones are seen in the grid. */
const NAMED_MAX = 5;

export function WhereTheHolesAre({ grid: { days, holes, isCounted, lookedAt }, form }: HolesProps) {
  const holeOf = (on: string) => holes.find(({ from, to }) => from <= on && on <= to);
  const isChosen = (on: string): boolean => form.from !== '' && form.from <= on && on <= form.to;
  const hrefOf = (on: string): string | undefined => {
    const hole = holeOf(on);
    return hole && backfillAddress({ ...form, from: hole.from, to: hole.to });
  };
  return (
    <Card
      title="Where the holes are"
      bare
      aside="choose a red cell, or dates"
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
      <CyclesByDay days={days.map((day) => ({ ...day, isChosen: isChosen(day.on), href: hrefOf(day.on) }))} />
      {holes.length > 0 ? (
        <ul class="in lines">
          {holes
            .slice(-NAMED_MAX)
            .toReversed()
            .map(({ from, to, cycles }) => (
              <li>
                <a class="link" href={backfillAddress({ ...form, from, to })}>
                  {counted(cycles, 'cycle')} missing,{' '}
                  {from === to ? (
                    <DateOn on={from} />
                  ) : (
                    <>
                      <DateOn on={from} /> – <DateOn on={to} />
                    </>
                  )}
                </a>
              </li>
            ))}
        </ul>
      ) : (
        ''
      )}
    </Card>
  );
}
