/** What stands beside an account's history: what it has and gets next, its cycles, its interviews, a box for questions. */
import { type Instant, parseInstant } from '../../domain/calendar.ts';
import type { Belongings } from '../../reports/account-arrivals.ts';
import { COUNTED_MAX } from '../../reports/account-arrivals.ts';
import type { CycleStand } from '../../reports/account-cycles.ts';
import type { AccountView } from '../../reports/account-view.ts';
import type { InterviewWindow } from '../../reports/account-window.ts';
import type { Explanation } from '../../reports/explain/explain.ts';
import { dayWords } from '../../reports/member-words.ts';
import { counted } from '../../words.ts';
import { CycleSquares, type CycleSquare } from '../charts/cycle-squares.tsx';
import { WindowFifths } from '../charts/window-fifths.tsx';
import { accountAddress } from '../parts/addresses.ts';
import { Card, Facts } from '../parts/card.tsx';
import { Field, Form, Submit } from '../parts/form.tsx';
import { grouped } from '../parts/numbers.tsx';
import { Time } from '../parts/times.tsx';
import { AnswerQuote, letterOf } from './account-answers.tsx';
import { type AccountQuery, accountPage } from './account-query.ts';
import { clockOf, daysUntil, momentOf } from './account-words.ts';

// -------------------------------------------------------------------------------------------------- balance

export function BalanceHero({ view, now }: { readonly view: AccountView; readonly now: Instant }) {
  const { balance, nextCycleOn, next, due, owed } = view;
  return (
    <section class="card first">
      <div class="in">
        <p class="qq">Connects</p>
        <p class="hero">{grouped(balance)}</p>
        <p class="q">
          {nextCycleOn === null ? (
            'No next date: the account is closed'
          ) : (
            <>
              Next date <strong>{dayWords(nextCycleOn)}</strong>,{' '}
              {due ? 'begun, and still to be settled' : daysUntil(nextCycleOn, view.zone, now)}
            </>
          )}
        </p>
        {owed > 0 ? <p class="q">{grouped(owed)} owed, taken from the next Connects of a paid plan</p> : ''}
      </div>
      {next === null ? '' : <NextSum balance={balance} next={next} />}
    </section>
  );
}

/** `274 − 74 expire + 80 added = 280`. */
function NextSum({
  balance,
  next,
}: {
  readonly balance: number;
  readonly next: NonNullable<AccountView['next']>;
}) {
  const { expired, free, paid, recovered, closing } = next;
  return (
    <footer class="flow tight">
      <b>{grouped(balance)}</b>
      <span>−</span>
      <span class="lost">{grouped(expired)} expire</span>
      <span>+</span>
      <span class="plus">{grouped(free + paid)} added</span>
      {recovered === 0 ? (
        ''
      ) : (
        <>
          <span>−</span>
          <span class="minus">{grouped(recovered)} taken back</span>
        </>
      )}
      <span>=</span>
      <b>{grouped(closing)}</b>
    </footer>
  );
}

// --------------------------------------------------------------------------------------------------- cycles

interface CyclesProps {
  readonly account: string;
  readonly query: AccountQuery;
  readonly cycles: readonly CycleStand[];
}

export function CyclesCard({ account, query, cycles }: CyclesProps) {
  const count = (state: CycleStand['state']): number => cycles.filter((one) => one.state === state).length;
  const missing = count('missing');
  return (
    <section class="card">
      <header>
        <h2>Cycles</h2>
        <div class="r">
          {grouped(count('settled'))} settled, {missing === 0 ? 'none' : grouped(missing)} missing
        </div>
      </header>
      <CycleSquares cycles={cycles.map((one) => squareOf(one, account, query))} />
    </section>
  );
}

const CODE_WORDS: Readonly<Record<string, string>> = {
  'account-inactive': 'nothing, not active',
  'no-monthly-grant': 'no monthly Connects',
  'before-program': 'nothing, before the program',
};
const STATE_WORDS: Readonly<Partial<Record<CycleStand['state'], string>>> = {
  due: 'begun, still to be settled',
  'held-up': 'held up by an error',
};

function squareOf(one: CycleStand, account: string, query: AccountQuery): CycleSquare {
  const { on, state, granted, expired, code } = one;
  const drawn = state === 'held-up' ? 'failed' : state === 'due' ? 'ahead' : state;
  const note = STATE_WORDS[state] ?? CODE_WORDS[code ?? ''];
  const href =
    state === 'ahead' ? undefined : `${accountPage(account, query, { about: on, why: undefined })}#why`;
  return { on, state: drawn, granted, expired, note, href };
}

// ----------------------------------------------------------------------------------------------- interviews

interface WindowCardProps {
  readonly window: InterviewWindow | null;
  readonly zone: string;
  readonly dateOf: (at: Instant) => string;
}

export function WindowCard({ window, zone, dateOf }: WindowCardProps) {
  if (window === null) return <></>;
  const { used, max, days, each, awards } = window;
  return (
    <Card
      title={`Interviews, last ${counted(days, 'day')}`}
      aside={`${grouped(used)} of ${grouped(max)}`}
      footer={roomWords(window, zone)}
    >
      <WindowFifths
        most={Math.max(1, max)}
        each={each}
        days={days}
        awards={awards.map(({ at, amount }) => ({ on: dateOf(parseInstant(at) ?? 0), connects: amount }))}
      />
    </Card>
  );
}

/** `Room for 30 more; all 50 again on 4 December 2026, 16:00.` */
function roomWords({ used, max, awards }: InterviewWindow, zone: string): string {
  const [first, last] = [awards[0], awards.at(-1)];
  if (!first || !last) return `Room for all ${grouped(max)}.`;
  const again = (one: typeof first): string => momentOf(parseInstant(one.roomAgainAt) ?? 0, zone);
  const whole = `all ${grouped(max)} again on ${again(last)}`;
  if (used < max) return `Room for ${grouped(max - used)} more; ${whole}.`;
  return awards.length === 1 ? `No room; ${whole}.` : `No room before ${again(first)}; ${whole}.`;
}

// ------------------------------------------------------------------------------------------------ questions

interface QuestionProps {
  readonly account: string;
  readonly query: AccountQuery;
  readonly zone: string;
  readonly now: Instant;
  /** Undefined where nothing was asked; null where what was asked cannot be understood. */
  readonly told: Explanation | null | undefined;
}

const HINT = 'An id such as i-9, a date such as 2026-11-16, or since 2026-11-01.';

export const QuestionCard = ({ account, query, zone, now, told }: QuestionProps) => (
  <section class="card" id="why">
    <header>
      <h2>Why?</h2>
    </header>
    <div class="in form">
      <Form action={`${accountAddress(account)}#why`} method="get" label="Ask why" className="inline">
        <div class="grow">
          <Field
            name="about"
            label="Interview, proposal, date or since"
            value={query.about}
            fault={told === null ? `“${query.about}” is none of these.` : undefined}
            autocomplete="off"
            maxlength={120}
          />
        </div>
        <Submit tone="plain">Ask</Submit>
      </Form>
      {told ? '' : <p class="hint">{HINT}</p>}
      {told ? told.answers.map((answer) => <AnswerQuote answer={answer} zone={zone} now={now} />) : ''}
    </div>
    {told ? (
      <footer>
        <Letter told={told} />
      </footer>
    ) : (
      ''
    )}
  </section>
);

/** Without script the text is selected and copied by hand. */
const Letter = ({ told }: { readonly told: Explanation }) => (
  <details class="letter">
    <summary>Copy as a reply to the member</summary>
    <textarea class="field" id="letter" readonly rows={10} aria-label="Reply to the member">
      {letterOf(told)}
    </textarea>
    <button type="button" class="btn small" data-copy="letter" hidden>
      Copy
    </button>
  </details>
);

// ---------------------------------------------------------------------------------------------------- facts

export interface Known {
  readonly view: AccountView;
  readonly belongings: Belongings;
  readonly anchorOn: string;
  readonly monthEnd: string;
  readonly trackedFrom: Instant;
  readonly watermark: Instant;
  readonly readinessAwarded: boolean;
}

export function FactsCard({ known }: { readonly known: Known }) {
  const { view, belongings } = known;
  const at = accountAddress(view.account);
  return (
    <Card
      title="Account"
      footer={
        <>
          <a class="link" href={`${at}/events`}>
            {countOf(belongings.events, 'event')}
          </a>
          <a class="link" href={`${at}/emails`}>
            {countOf(belongings.emails, 'email')}
          </a>
          <a class="link" href={`${at}/audit`}>
            Audit log
          </a>
        </>
      }
    >
      <Facts
        rows={[
          ['Kind', view.kind],
          ['Cycles count from', dayWords(known.anchorOn)],
          ['Month ends', known.monthEnd === 'clamp' ? 'on its last day' : 'on the first of the next'],
          ['Tracked from', <Time at={known.trackedFrom} />],
          ['Watermark', <Time at={known.watermark} />],
          ['Owed', grouped(view.owed)],
          ['Emails', view.emails],
          ['Address', belongings.email ?? 'none'],
          ['Readiness Test', known.readinessAwarded ? 'awarded' : 'not awarded'],
        ]}
      />
    </Card>
  );
}

const countOf = (count: number, what: string): string =>
  count >= COUNTED_MAX ? `${grouped(COUNTED_MAX)} ${what}s and more` : counted(count, what);

/** `Europe/Berlin, now 08:05 · member since 16 April 2026 · m•••@example.org`. */
export const subOf = ({ view, belongings }: Known, openedOn: string, now: Instant): string =>
  [
    `${view.zone}, now ${clockOf(now, view.zone)}`,
    `here since ${dayWords(openedOn)}`,
    ...(belongings.email === null ? [] : [belongings.email]),
  ].join(' · ');
