/** The overview's charts: Connects per day behind, accounts due per day ahead, and cycles by month and day. */
import type { Queryable } from '../../db/query.ts';
import type { AsideAccount } from '../../ledger/put-aside.ts';
import { type FlowsPerDay, readFlowsPerDay } from '../../reports/connects-per-day.ts';
import { type CyclesGrid, type Hole, readCyclesGrid, spanOfMissing } from '../../reports/cycles-grid.ts';
import { type DueAhead, countDueAhead, readDueAhead } from '../../reports/due-ahead.ts';
import { counted } from '../../words.ts';
import { DailyConnects, DuePerDay } from '../charts/day-bars.tsx';
import { CyclesByDay } from '../charts/heat-grid.tsx';
import { Card } from '../parts/card.tsx';
import { backfillAddress, fillAddress } from './backfill-asked.ts';

const DAYS = 30;

export interface ChartFacts {
  readonly flows: FlowsPerDay;
  readonly ahead: DueAhead;
  readonly grid: CyclesGrid;
}

/** @param aside everybody who is put aside, as the overview has read it */
export async function readChartFacts(db: Queryable, aside: readonly AsideAccount[]): Promise<ChartFacts> {
  return {
    flows: await readFlowsPerDay(db, DAYS),
    // Until a worker has counted for the first time, nobody else will have.
    ahead: (await readDueAhead(db, DAYS)) ?? (await countDueAhead(db, DAYS)),
    grid: await readCyclesGrid(db, { aside }),
  };
}

const BEING_COUNTED = 'being counted: see "connects rollups rebuild"';

export const FlowsCard = ({ flows: { days, isCounted } }: { readonly flows: FlowsPerDay }) => (
  <Card title="Connects per day" bare width={6} aside={isCounted ? `${DAYS} days behind` : BEING_COUNTED}>
    <DailyConnects days={days} />
  </Card>
);

export function AheadCard({ ahead: { days } }: { readonly ahead: DueAhead }) {
  const connects = days.reduce((sum, day) => sum + day.connects, 0);
  return (
    <Card
      title="Accounts due per day"
      bare
      width={6}
      aside={`${DAYS} days ahead, ${counted(connects, 'Connect')}`}
    >
      <DuePerDay days={days} />
    </Card>
  );
}

interface GridProps {
  readonly grid: CyclesGrid;
  /** Whoever may not start a backfill is led to none. */
  readonly mayFill: boolean;
}

export const GridCard = ({ grid: { days, holes, isCounted }, mayFill }: GridProps) => (
  <Card
    title="Cycles by month and day"
    bare
    width={6}
    aside={isCounted ? <FillAll {...{ days, holes, mayFill }} /> : BEING_COUNTED}
  >
    <CyclesByDay
      days={days.map((day) => ({
        ...day,
        href: mayFill && day.missing > 0 ? holeAddress(holes, day.on) : undefined,
      }))}
      hrefOfMonth={
        mayFill ? (month) => fillAddress(days.filter(({ on }) => on.startsWith(month))) : undefined
      }
    />
  </Card>
);

/** One backfill for all of them: it leaves alone what is settled in between. */
function FillAll({ days, holes, mayFill }: Pick<CyclesGrid, 'days' | 'holes'> & Pick<GridProps, 'mayFill'>) {
  const span = spanOfMissing(days);
  if (!span) return <>no cycle is missing</>;
  const cycles = counted(span.cycles, 'cycle');
  if (!mayFill)
    return (
      <>
        {cycles} missing in {counted(holes.length, 'hole')}
      </>
    );
  return (
    <a class="link" href={backfillAddress({ from: span.from, to: span.to })}>
      Fill {holesWords(holes.length)}, {cycles}
    </a>
  );
}

const holesWords = (holes: number): string =>
  holes === 1 ? 'the hole' : holes === 2 ? 'both holes' : `all ${counted(holes, 'hole')}`;

const holeAddress = (holes: readonly Hole[], on: string): string => {
  const { from, to } = holes.find((one) => one.from <= on && on <= one.to) ?? { from: on, to: on };
  return backfillAddress({ from, to });
};
