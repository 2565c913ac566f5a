/** What a member's page consists of beside the history: the account, and what is said where there is no page. */
import { type Instant, parseInstant } from '../../domain/calendar.ts';
import type { AccountView } from '../../reports/account-view.ts';
import type { ZoneWords } from '../../reports/member-words.ts';
import type { Texts } from '../../texts/catalogue.ts';
import { Card, Facts } from '../parts/card.tsx';
import { StateChip } from '../parts/chip.tsx';
import { Equation, type Term } from '../parts/equation.tsx';
import { Say } from '../parts/say.tsx';

type Words = { readonly view: AccountView; readonly words: ZoneWords };
type InTexts = { readonly view: AccountView; readonly texts: Texts };

export const MemberAccount = ({ view, words }: Words) => {
  const { texts } = words;
  const { member: say } = texts;
  return (
    <Card
      header={
        <>
          <h2>{texts.words.planTitle(view)}</h2>
          <StateChip of="account" state={view.status} word={statusOf(view, texts)} />
        </>
      }
      aside={<span class="mono id">{view.account}</span>}
      footer={
        <span>{say.asOf({ moment: words.moment(parseInstant(view.asOf) ?? 0), zone: view.zone })}</span>
      }
    >
      <div class="stack">
        <p class="hero">
          {texts.number(view.balance)} <small>{say.connectsWord({ count: view.balance })}</small>
        </p>
        <NextDate view={view} texts={texts} />
        <Facts rows={factsOf(view, texts)} />
      </div>
    </Card>
  );
};

function statusOf({ status }: AccountView, { member: say }: Texts): string {
  switch (status) {
    case 'active':
      return say.active();
    case 'suspended':
      return say.suspended();
    case 'closed':
      return say.closed();
    default:
      return status;
  }
}

/** What the next date brings, as a sum. */
function NextDate({ view, texts }: InTexts) {
  const { next, nextCycleOn } = view;
  const { member: say, day, number } = texts;
  if (nextCycleOn === null) return <p class="q">{say.noNextDate()}</p>;
  const on = day(nextCycleOn);
  return (
    <div class="quote">
      <p class="lead">{sentenceOf(view, on, texts)}</p>
      {next === null ? (
        ''
      ) : (
        <Equation terms={termsOf(view.balance, next, texts)} sum={sumOf(next.closing, texts)} say={number} />
      )}
      {next === null || next.expired === 0 || next.cap === null ? (
        ''
      ) : (
        <p class="q">{say.limit({ cap: next.cap, day: on })}</p>
      )}
    </div>
  );
}

function sentenceOf(
  { status, due, putAside, next }: AccountView,
  on: string,
  { member: say }: Texts,
): string {
  if (due) return putAside ? say.heldUp({ day: on }) : say.isDue({ day: on });
  if (status === 'suspended') return say.whileSuspended({ day: on });
  const added = next === null ? 0 : next.free + next.paid;
  if (next !== null && next.expired > 0) return say.expiresAndAdds({ day: on, expired: next.expired, added });
  return added > 0 ? say.adds({ day: on, added }) : say.addsNothing({ day: on });
}

function termsOf(balance: number, next: NonNullable<AccountView['next']>, { member: say }: Texts): Term[] {
  const terms: Term[] = [
    { count: balance, word: say.termNow() },
    { count: next.expired, word: say.termExpire(), minus: true },
    { count: next.free, word: next.paid > 0 ? say.termFree() : say.termAdded() },
    { count: next.paid, word: say.termPlan() },
    { count: next.recovered, word: say.termOwed(), minus: true },
  ];
  return terms.filter((one, index) => index === 0 || one.count > 0);
}

const sumOf = (closing: number, { member: say }: Texts): Term => ({ count: closing, word: say.termThen() });

function factsOf(view: AccountView, texts: Texts): [string, string][] {
  const { plan, pendingPlan, nextCycleOn, interviewWindow, owed } = view;
  const { member: say, words, day } = texts;
  const pending: [string, string][] =
    pendingPlan !== null && nextCycleOn !== null
      ? [[say.fromNextDate(), words.planTitle({ plan: pendingPlan })]]
      : [];
  return [
    [say.membership(), words.planTitle({ plan })],
    ...pending,
    [say.nextDate(), nextCycleOn === null ? say.none() : day(nextCycleOn)],
    [say.cycleBegan(), day(view.cycleOn)],
    ...(owed > 0 ? [[say.owed(), say.owedIs({ count: owed })] as [string, string]] : []),
    ...(interviewWindow ? [[say.earned(), say.earnedIs(interviewWindow)] as [string, string]] : []),
    [say.emails(), view.emails === 'on' ? say.emailsOn() : say.emailsOff()],
  ];
}

interface NoPageProps {
  readonly status: 404 | 410 | 429;
  readonly texts: Texts;
  readonly endedAt?: Instant | undefined;
}

/** Of nobody: whoever holds a link that is no good learns nothing from it. */
export function NoPage({ status, texts, endedAt }: NoPageProps) {
  const { member: say } = texts;
  if (status === 410)
    return (
      <Say tone="mute" sentence={say.linkEnded()}>
        {endedAt === undefined
          ? say.linkTakenBack()
          : say.linkEndedMore({ moment: texts.moment(endedAt, 'UTC') })}
      </Say>
    );
  if (status === 429) return <Say tone="warn" sentence={say.tooOften()} />;
  return (
    <Say tone="warn" sentence={say.noAddress()}>
      {say.noAddressMore()}
    </Say>
  );
}
