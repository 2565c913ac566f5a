/** Connects History as operators read it: lines of one cause together, with "why?" opening below the line. */
import type { Child } from 'hono/jsx';
import { type Instant, parseInstant } from '../../domain/calendar.ts';
import type { HistoryLine, HistoryPage } from '../../reports/account-history.ts';
import type { Explanation } from '../../reports/explain/explain.ts';
import { Empty } from '../parts/empty.tsx';
import { Field, Form, Submit } from '../parts/form.tsx';
import { grouped, signed } from '../parts/numbers.tsx';
import { Pager } from '../parts/pager.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { dayOf } from './account-words.ts';
import { AnswerQuote } from './account-answers.tsx';
import {
  type AccountQuery,
  HISTORY_DAYS,
  HISTORY_TABS,
  type HistoryTab,
  accountPage,
} from './account-query.ts';
import { accountAddress, addressOf } from '../parts/addresses.ts';

export interface HistoryProps {
  readonly account: string;
  readonly zone: string;
  readonly now: Instant;
  readonly query: AccountQuery;
  readonly page: HistoryPage;
  /** Of the line that the query asks about. */
  readonly why: Explanation | undefined;
}

export const HistoryCard = (props: HistoryProps) => (
  <section class="card" id="history">
    <header>
      <h2>Connects History</h2>
      <div class="r">
        <a class="link" href={csvAddress(props.account, props.query)}>
          CSV
        </a>
      </div>
    </header>
    <div class="filters">
      <TypeTabs {...props} />
      <TimeFilter {...props} />
    </div>
    {props.page.lines.length === 0 ? <NoLines {...props} /> : <Lines {...props} />}
    <footer>
      <Pager
        newer={props.query.before === undefined ? undefined : to(props, { before: undefined })}
        older={props.page.nextBefore === null ? undefined : to(props, { before: props.page.nextBefore })}
        words={['Latest', 'Earlier']}
      >
        Dates of {props.zone}; hover for UTC
      </Pager>
    </footer>
  </section>
);

/** The same part of the history, whole. */
export const csvAddress = (account: string, { type, days, from, to: until }: AccountQuery): string =>
  addressOf(`${accountAddress(account)}/history.csv`, { type, days, from, to: until });

const to = ({ account, query }: HistoryProps, change: Parameters<typeof accountPage>[2]): string =>
  `${accountPage(account, query, { why: undefined, about: undefined, ...change })}#history`;

const TypeTabs = (props: HistoryProps) => (
  <Tabs
    label="What the lines are about"
    choices={[
      {
        label: 'All',
        href: to(props, { type: undefined, before: undefined }),
        current: props.query.type === undefined,
      },
      ...Object.entries(HISTORY_TABS).map(([name, [label]]) => ({
        label,
        href: to(props, { type: name as HistoryTab, before: undefined }),
        current: props.query.type === name,
      })),
    ]}
  />
);

function TimeFilter(props: HistoryProps) {
  const { account, query } = props;
  const { days, from, to: until, type, range } = query;
  const isAll = days === undefined && from === undefined && until === undefined;
  const whole = { from: undefined, to: undefined, before: undefined };
  return (
    <div class="inline spread">
      <Tabs
        label="Of how many days"
        choices={[
          ...HISTORY_DAYS.map((one) => ({
            label: `${one} d`,
            href: to(props, { ...whole, days: one }),
            current: from === undefined && until === undefined && days === one,
          })),
          { label: 'Any time', href: to(props, { ...whole, days: undefined }), current: isAll },
        ]}
      />
      <Form
        action={`${accountAddress(account)}#history`}
        method="get"
        label="From one day to another"
        className="inline"
      >
        {type === undefined ? '' : <input type="hidden" name="type" value={type} />}
        {range === '7m' ? '' : <input type="hidden" name="range" value={range} />}
        <Field name="from" label="From" type="date" value={from} />
        <Field name="to" label="To" type="date" value={until} />
        <Submit tone="plain">Show</Submit>
      </Form>
    </div>
  );
}

const NoLines = (props: HistoryProps) => (
  <Empty
    sentence="No lines."
    action={
      <a
        class="btn"
        href={to(props, {
          type: undefined,
          days: undefined,
          from: undefined,
          to: undefined,
          before: undefined,
        })}
      >
        Show all
      </a>
    }
  >
    Nothing of this kind was posted in this time. What is due is added by the next sweep.
  </Empty>
);

const COLUMNS = 5;

const Lines = (props: HistoryProps) => (
  <div class="scroll" tabindex={0} role="region" aria-label="Connects History">
    <table>
      <caption class="sr">Connects History, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">Date</th>
          <th scope="col">Action</th>
          <th scope="col" class="n">
            Connects
          </th>
          <th scope="col" class="n">
            Balance
          </th>
          <th scope="col" class="n p2">
            <span class="sr">Explanation</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {causesOf(props.page.lines).map((lines) => (
          <Cause lines={lines} {...props} />
        ))}
      </tbody>
    </table>
  </div>
);

/** Neighbours of one group. */
function causesOf(lines: readonly HistoryLine[]): HistoryLine[][] {
  const causes: HistoryLine[][] = [];
  for (const line of lines) {
    const last = causes.at(-1);
    if (last && line.group !== null && last[0]?.group?.subject === line.group.subject) last.push(line);
    else causes.push([line]);
  }
  return causes;
}

function Cause({ lines, ...props }: HistoryProps & { readonly lines: readonly HistoryLine[] }) {
  const { why, query, zone, now } = props;
  const isOpen = lines.some((one) => one.seq === query.why) && why !== undefined;
  return (
    <>
      {lines.map((line, index) => (
        <Line
          {...props}
          line={line}
          isFirst={index === 0}
          isTied={index < lines.length - 1}
          isOpen={isOpen}
        />
      ))}
      {isOpen ? (
        <tr class="why">
          <td colspan={COLUMNS}>
            {why.answers.map((answer) => (
              <AnswerQuote answer={answer} zone={zone} now={now} />
            ))}
          </td>
        </tr>
      ) : (
        ''
      )}
    </>
  );
}

interface LineProps extends HistoryProps {
  readonly line: HistoryLine;
  readonly isFirst: boolean;
  readonly isTied: boolean;
  readonly isOpen: boolean;
}

function Line({ account, query, line, isFirst, isTied, isOpen, now, zone }: LineProps) {
  const href = `${accountPage(account, query, { about: undefined, why: isOpen ? undefined : line.seq })}#line-${line.seq}`;
  const [action, about] = actionParts(line);
  return (
    <tr class={isTied ? 'tied' : undefined} id={`line-${line.seq}`}>
      <td class="nowrap">{isFirst ? <Day line={line} zone={zone} now={now} /> : ''}</td>
      <th scope="row">
        <a class="act" href={href}>
          {action}
        </a>
        {about === '' ? (
          ''
        ) : (
          <>
            {' '}
            <span class="qq mono ref" title={line.action}>
              {about}
            </span>
          </>
        )}
        <Late line={line} zone={zone} now={now} />
      </th>
      <td class="n">
        <span class={toneOf(line)}>{signed(line.amount)}</span>
      </td>
      <td class="n">{grouped(line.balance)}</td>
      <td class="n p2">
        {isFirst ? (
          <a
            class="link"
            href={href}
            aria-expanded={isOpen ? 'true' : 'false'}
            aria-label={`${isOpen ? 'Close' : 'Why'}: ${action}, ${line.on}`}
          >
            {isOpen ? 'close' : 'why?'}
          </a>
        ) : (
          ''
        )}
      </td>
    </tr>
  );
}

/** `Interview award (interview i7, proposal p1): late` → what it is, and the one id that it is about. */
function actionParts({ action, proposal }: HistoryLine): [string, string] {
  const found = /^(.*?) \(([^()]*)\)(.*)$/.exec(action);
  return found ? [`${found[1]}${found[3]}`, proposal ?? found[2] ?? ''] : [action, ''];
}

const toneOf = ({ amount, type }: HistoryLine): string | undefined =>
  amount > 0 ? 'plus' : type === 'expired' ? 'lost' : undefined;

const Day = ({
  line,
  zone,
  now,
}: {
  readonly line: HistoryLine;
  readonly zone: string;
  readonly now: Instant;
}): Child => {
  const at = parseInstant(line.effectiveAt) ?? 0;
  return (
    <time datetime={line.effectiveAt} title={utcOf(line.effectiveAt)}>
      {dayOf(at, zone, now)}
    </time>
  );
};

/** What reached the program late says when it happened. */
function Late({
  line,
  zone,
  now,
}: {
  readonly line: HistoryLine;
  readonly zone: string;
  readonly now: Instant;
}) {
  if (line.occurredAt === line.effectiveAt) return <></>;
  const at = parseInstant(line.occurredAt) ?? 0;
  return (
    <span class="qq" title={utcOf(line.occurredAt)}>
      {' '}
      happened {dayOf(at, zone, now)}, reached us late
    </span>
  );
}

const utcOf = (at: string): string => `${at.slice(0, 19).replace('T', ' ')} UTC`;
