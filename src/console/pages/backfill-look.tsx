/** What a backfill would do, and how far the look is that finds it out. */
import type { BackfillPlan } from '../../operations/backfills/backfill-plan.ts';
import type { PlanLook } from '../../operations/backfills/plan-looks.ts';
import { counted, formatAge, upperFirst } from '../../words.ts';
import { PartsBar } from '../charts/small.tsx';
import { Card } from '../parts/card.tsx';
import { Empty } from '../parts/empty.tsx';
import { grouped } from '../parts/numbers.tsx';
import { Clock } from '../parts/times.tsx';
import { reasonWords } from './backfill-asked.ts';

/** A look that is under way: this part of the page goes on by itself. */
export function Looking({ look }: { readonly look: PlanLook }) {
  if (look.state === 'busy')
    return (
      <Card title="What it would do">
        <Empty sentence="All accounts are being looked at for others.">
          <Again>Try again</Again>
        </Empty>
      </Card>
    );
  return (
    <div class="stack" data-live={`/live/backfill-plan/${look.state === 'looking' ? look.id : ''}`}>
      <PlanSoFar look={look} />
    </div>
  );
}

/** How far it is, or what it came to. Nothing of it depends on who asks: the start is on the page, and not here. */
export function PlanSoFar({ look }: { readonly look: PlanLook | undefined }) {
  if (look?.state === 'looking') return <HowFar looked={look.looked} of={look.of} />;
  if (look?.state !== 'done')
    return (
      <Card title="What it would do">
        <Empty sentence="It is not known any more.">
          <Again>Look again</Again>
        </Empty>
      </Card>
    );
  return (
    <>
      <WhatItWouldDo plan={look.plan} at={look.at} />
      <p>
        <Again isMain>See five of them, and start it</Again>
      </p>
    </>
  );
}

const HowFar = ({ looked, of }: { readonly looked: number; readonly of: number | null }) => (
  <Card title="What it would do">
    <div class="stack">
      <p>
        Every account is looked at: {grouped(looked)}
        {of === null ? '' : ` of about ${grouped(of)}`} so far.
      </p>
      {of === null ? (
        ''
      ) : (
        <PartsBar
          label={`${grouped(looked)} of about ${grouped(of)} accounts looked at`}
          total={Math.max(1, of)}
          parts={[{ name: 'looked at', count: looked, fill: 'f-ahead' }]}
        />
      )}
      <p class="q">
        It goes on by itself, also while this page is closed. <Again>See how far it is</Again>
      </p>
    </div>
  </Card>
);

/** The same page, asked for again: the address has all that was typed. */
const Again = ({ isMain = false, children }: { readonly isMain?: boolean; readonly children?: string }) => (
  <a class={isMain ? 'btn main' : 'link'} href="">
    {children}
  </a>
);

interface WouldDoProps {
  readonly plan: BackfillPlan;
  readonly at: number;
  /** As it was typed. */
  readonly rate?: string;
}

export function WhatItWouldDo({ plan, at, rate: typed = '' }: WouldDoProps) {
  const { accounts, cycles, connects, recorded, hash } = plan;
  const rate = Number(typed);
  const takes = rate > 0 && accounts > 0 ? `, about ${formatAge(accounts / rate)}` : '';
  return (
    <Card
      title="What it would do"
      aside={
        <span>
          looked at <Clock at={at} /> · <span class="nowrap">plan {hash.slice(0, 8)}</span>
        </span>
      }
      bare
    >
      <div class="in">
        <p>
          <span class="hero">
            {grouped(cycles)} <small>{cycles === 1 ? 'cycle' : 'cycles'}</small>
          </span>
        </p>
        <p class="q">
          {cycles === 0
            ? 'Nothing is to be granted.'
            : `of ${counted(accounts, 'account')}, ${grouped(connects)} Connects${takes}`}
        </p>
      </div>
      {cycles > 0 ? <Reasons plan={plan} /> : ''}
      <footer>{leftAlone(plan, recorded).join(' ')}</footer>
    </Card>
  );
}

function Reasons({ plan: { byReason, connects } }: { readonly plan: BackfillPlan }) {
  return (
    <table>
      <caption class="sr">Cycles and Connects by why they gave nothing</caption>
      <tbody>
        {Object.entries(byReason).map(([reason, sum]) => (
          <tr>
            <th scope="row" class="nowrap">
              {upperFirst(reasonWords(reason))}, {grouped(sum.cycles)}
            </th>
            <td class="n">{grouped(sum.connects)}</td>
            <td>
              <PartsBar
                isSlim
                label={`${grouped(sum.connects)} of ${grouped(connects)} Connects`}
                total={Math.max(1, connects)}
                parts={[{ name: reason, count: sum.connects, fill: 'f-grant' }]}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What is not touched, and what happens besides. */
function leftAlone({ skipped, notIncluded, settledFirst }: BackfillPlan, recorded: number): string[] {
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([why, count]) => `${grouped(count)} ${reasonWords(why)}`)
      .join(', ');
  const first = settledFirst;
  return [
    Object.keys(skipped).length > 0 ? `Left alone: ${list(skipped)}.` : 'Nothing is left alone.',
    ...(Object.keys(notIncluded).length > 0 ? [`Not asked for: ${list(notIncluded)}.`] : []),
    ...(recorded > 0 ? [`${counted(recorded, 'settlement')} lost, recorded again from the ledger.`] : []),
    ...(first.accounts > 0
      ? [
          `Besides, ${counted(first.accounts, 'account')} due, settled first as by a sweep: ` +
            `${counted(first.cycles, 'cycle')}, ${grouped(first.connects)} Connects.`,
        ]
      : []),
  ];
}
