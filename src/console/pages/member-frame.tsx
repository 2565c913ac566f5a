/** What a member's page consists of beside the history: the account, and what is said where there is no page. */
import { type Instant, formatInstant, parseInstant } from '../../domain/calendar.ts';
import type { AccountView } from '../../reports/account-view.ts';
import { type ZoneWords, connects, dayWords, formatAmount, planTitle } from '../../reports/member-words.ts';
import { interviewsOf } from '../../reports/view-words.ts';
import { Card, Facts } from '../parts/card.tsx';
import { StateChip } from '../parts/chip.tsx';
import { Equation, type Term } from '../parts/equation.tsx';
import { Say } from '../parts/say.tsx';

type Words = { readonly view: AccountView; readonly words: ZoneWords };

export const MemberAccount = ({ view, words }: Words) => (
  <Card
    header={
      <>
        <h2>{planTitle(view.plan)}</h2>
        <StateChip of="account" state={view.status} />
      </>
    }
    aside={<span class="mono id">{view.account}</span>}
    footer={
      <span>
        As of {words.moment(parseInstant(view.asOf) ?? 0)}. Dates and times are of {view.zone}.
      </span>
    }
  >
    <div class="stack">
      <p class="hero">
        {formatAmount(view.balance)} <small>{view.balance === 1 ? 'Connect' : 'Connects'}</small>
      </p>
      <NextDate view={view} />
      <Facts rows={factsOf(view)} />
    </div>
  </Card>
);

/** What the next date brings, as a sum. */
function NextDate({ view }: Pick<Words, 'view'>) {
  const { next, nextCycleOn } = view;
  if (nextCycleOn === null)
    return <p class="q">This account is closed: no billing cycle begins any more, and nothing expires.</p>;
  return (
    <div class="quote">
      <p class="lead">{sentenceOf(view, nextCycleOn)}</p>
      {next === null ? '' : <Equation terms={termsOf(view.balance, next)} sum={sumOf(next.closing)} />}
      {next === null || next.expired === 0 || next.cap === null ? (
        ''
      ) : (
        <p class="q">
          Up to {connects(next.cap)} roll over into a new billing cycle. What is above that on{' '}
          {dayWords(nextCycleOn)} expires then, unless you spend it before.
        </p>
      )}
    </div>
  );
}

function sentenceOf({ status, due, putAside, next }: AccountView, on: string): string {
  if (due && putAside)
    return `Your billing cycle of ${dayWords(on)} is held up by an error of ours. What it brings will be added; you need not do anything.`;
  if (due) return `Your billing cycle of ${dayWords(on)} has begun. What it brings will be added shortly.`;
  if (status === 'suspended')
    return `Your next billing date is ${dayWords(on)}. While the account is suspended, nothing is added and nothing expires.`;
  if (next !== null && next.expired > 0)
    return `On ${dayWords(on)} ${connects(next.expired)} will expire and ${connects(next.free + next.paid)} will be added, if nothing changes before.`;
  const added = next === null ? 0 : next.free + next.paid;
  return added > 0
    ? `On ${dayWords(on)} ${connects(added)} will be added. Nothing will expire, if nothing changes before.`
    : `Your next billing date is ${dayWords(on)}. Nothing will be added, and nothing will expire, if nothing changes before.`;
}

function termsOf(balance: number, next: NonNullable<AccountView['next']>): Term[] {
  const terms: Term[] = [
    { count: balance, word: 'now' },
    { count: next.expired, word: 'expire', minus: true },
    { count: next.free, word: next.paid > 0 ? 'free' : 'added' },
    { count: next.paid, word: 'of the plan' },
    { count: next.recovered, word: 'owed', minus: true },
  ];
  return terms.filter((one, index) => index === 0 || one.count > 0);
}

const sumOf = (closing: number): Term => ({ count: closing, word: 'then' });

function factsOf(view: AccountView): [string, string][] {
  const { pendingPlan, nextCycleOn, interviewWindow, owed } = view;
  return [
    ['Membership', planTitle(view.plan)],
    ...(pendingPlan !== null && nextCycleOn !== null
      ? ([['From the next date on', planTitle(pendingPlan)]] as [string, string][])
      : []),
    ['Next billing date', nextCycleOn === null ? 'none' : dayWords(nextCycleOn)],
    ['This cycle began', dayWords(view.cycleOn)],
    ...(owed > 0
      ? ([['Owed', `${connects(owed)}, taken from the next Connects of a paid plan`]] as [string, string][])
      : []),
    ...(interviewWindow
      ? ([['Earned by interviews', interviewsOf(interviewWindow)]] as [string, string][])
      : []),
    ['Emails', view.emails === 'on' ? 'on' : 'off, about monthly Connects'],
  ];
}

interface NoPageProps {
  readonly status: 404 | 410 | 429;
  readonly endedAt?: Instant | undefined;
}

/** Of nobody: whoever holds a link that is no good learns nothing from it. */
export function NoPage({ status, endedAt }: NoPageProps) {
  if (status === 410)
    return (
      <Say tone="mute" sentence="This link has ended.">
        It was good until{' '}
        {formatInstant(endedAt ?? 0)
          .slice(0, 16)
          .replace('T', ' ')}{' '}
        UTC. Ask for a new one where you got it.
      </Say>
    );
  if (status === 429) return <Say tone="warn" sentence="That was often. Try again in a minute." />;
  return (
    <Say tone="warn" sentence="This address leads nowhere.">
      Part of it may be missing: open it as it was sent to you, whole. If that does not help, ask for a new
      one.
    </Say>
  );
}
