/** One account as its member sees it, as text: the view, the history, what is ahead. */
import { parseInstant } from '../domain/calendar.ts';
import type { AccountForecast } from '../reports/account-forecast.ts';
import type { HistoryLine } from '../reports/account-history.ts';
import type { AccountView } from '../reports/account-view.ts';
import { ZoneWords, connects, counted, dayWords, formatAmount, signed } from '../reports/member-words.ts';
import {
  interviewsOf,
  lateMarks,
  membershipOf,
  nextDateOf,
  shortDay,
  thenOf,
} from '../reports/view-words.ts';
import { amountTone, pastText } from './account-text.ts';
import { folded, wrap } from './prose.ts';
import { type Screen, type Words, linesOf, proseColumns, toned } from './screen.ts';
import { shortened, widthOf } from './shorten.ts';
import { type Column, cell, formatTable } from './table.ts';
import { commandOn } from './words.ts';

export function viewText(screen: Screen, view: AccountView): Words {
  const width = proseColumns(screen);
  const words = new ZoneWords(view.zone);
  const rows: [string, Words][] = [
    ['Membership', membershipOf(view)],
    ['Connects', toned('strong', formatAmount(view.balance))],
    ['Next date', nextDateOf(view)],
    ['Then', view.next === null ? 'nothing' : thenOf(view.next)],
    ['This cycle', `since ${dayWords(view.cycleOn)}`],
    ...(view.owed > 0
      ? [['Owed', `${connects(view.owed)}, taken from the next Connects of a paid plan`] as [string, Words]]
      : []),
    ...(view.interviewWindow ? [['Interviews', interviewsOf(view.interviewWindow)] as [string, Words]] : []),
    ['Emails', view.emails],
    ...(view.locale === null ? [] : [['Language', view.locale] as [string, Words]]),
    ...(view.putAside
      ? [
          [
            'Held up',
            toned('act', `by an error of ours: see "${commandOn('connects account explain', view.account)}"`),
          ] as [string, Words],
        ]
      : []),
  ];
  const lines = rows.map(([label, text]) =>
    folded({ columns: width }, [`  ${label.padEnd(LABEL_WIDTH)}`, text], LABEL_WIDTH + 2),
  );
  const history =
    view.latest.length > 0
      ? ['', 'Latest in Connects History', '', historyText(screen, view.latest, words)]
      : [];
  return linesOf([
    toned(
      'strong',
      wrap(`Memberships & Connects of ${view.account}${thenOfPast(view)} (dates of ${view.zone})`, '', width),
    ),
    '',
    ...lines,
    ...history,
    ...pastText(view, width).flatMap((text) => ['', text]),
  ]);
}

const LABEL_WIDTH = 12;

const thenOfPast = ({ past, zone }: AccountView): string => {
  const at = parseInstant(past?.writtenUntil ?? '');
  return at === undefined ? '' : ` as of ${new ZoneWords(zone).moment(at)}`;
};

// ------------------------------------------------------------------------------------------------ history

/** Columns of what was done, where there is no terminal; the fewest and the most of a terminal's. */
const ACTION_WIDTH = 62;
const ACTION_MIN = 30;
const ACTION_MAX = 120;
/** What the other columns take: date, mark, amount and balance, with what is between them. */
const BESIDE_ACTION = 35;

/** The newest first; lines that belong together are held by a bracket, with their sum. */
export function historyText(screen: Screen, lines: readonly HistoryLine[], words: ZoneWords): Words {
  const { columns } = screen;
  const width =
    columns === null ? ACTION_WIDTH : Math.min(ACTION_MAX, Math.max(ACTION_MIN, columns - BESIDE_ACTION));
  return formatTable(
    screen,
    [
      { name: 'Date', atLeast: 11 },
      { name: '  Action', atLeast: columns === null ? width + 2 : 0 },
      { name: 'Connects', align: 'right' },
      { name: 'Balance', align: 'right', atLeast: columns === null ? 9 : 7 },
    ],
    lines.flatMap((line) => {
      const [first = '', ...more] =
        columns === null ? [actionOf(line, { words, width })] : foldedAction(line, { words, width });
      return [
        [
          shortDay(line.on),
          `${markOf(line)} ${first}`,
          cell(amountTone(line), signed(line.amount)),
          formatAmount(line.balance),
        ],
        ...more.map((rest) => ['', `${goesOn(line)} ${rest}`, '', '']),
      ];
    }),
  );
}

/** Newest first: the last part of a group stands on top. */
function markOf({ group }: HistoryLine): string {
  if (group === null) return ' ';
  if (group.part === group.of) return '┌';
  return group.part === 1 ? '└' : '│';
}

const goesOn = ({ group }: HistoryLine): string => (group === null || group.part === 1 ? ' ' : '│');

interface Room {
  readonly words: ZoneWords;
  readonly width: number;
}

function sumWords({ group }: HistoryLine): string {
  return group !== null && group.part === group.of && group.isOneSum ? `, ${signed(group.total)} in all` : '';
}

function actionOf(line: HistoryLine, { words, width }: Room): string {
  const late = lateMarks(line, words);
  const sum = sumWords(line);
  const room = width - late.length - sum.length;
  // Of a reason the beginning is told, which --json has whole.
  return shortened(line.action, room, line.reason === null ? 'middle' : 'end') + late + sum;
}

/** On lines of a terminal: what is told beside the action stands below it. Ids are shortened where they would fill a line. */
function foldedAction(line: HistoryLine, { words, width }: Room): string[] {
  const beside = `${lateMarks(line, words)}${sumWords(line)}`;
  if (widthOf(line.action + beside) <= width) return [line.action + beside];
  const shorter = line.action.replace(/[^\s,]+/g, (word) => shortened(word, Math.floor(width / 2), 'middle'));
  const below = beside.replace(/^, /, '');
  return [shorter, below].filter((one) => one !== '').flatMap((one) => wrap(one, '', width).split('\n'));
}

// ----------------------------------------------------------------------------------------------- forecast

export function forecastText(screen: Screen, ahead: AccountForecast): Words {
  const width = proseColumns(screen);
  const said = (text: string): string => wrap(text, '', width);
  if (ahead.cycles.length === 0)
    return said(`Account ${ahead.account} is closed: no billing cycle begins any more.`);
  const due = ahead.cycles.filter((one) => (one.startsAt ?? '') <= ahead.asOf).length;
  const suspended = ahead.cycles.some((one) => one.code === 'account-inactive');
  return linesOf([
    said(
      `The next ${counted(ahead.cycles.length, 'billing cycle')} of ${ahead.account}, if nothing is spent or received ` +
        `and nothing changes (dates of ${ahead.zone}; terms version ${ahead.termsVersion}).`,
    ),
    ...pastText(ahead, width),
    ...(due > 0 ? [said(begunWords(due))] : []),
    ...(suspended
      ? [said('The account is suspended: while it is, nothing is added and nothing expires.')]
      : []),
    '',
    formatTable(
      screen,
      [{ name: 'Begins', atLeast: 18 }, ...['Before', 'Expire', 'Free', 'Plan', 'After'].map(amounts)],
      ahead.cycles.map((one) => [
        dayWords(one.cycleOn),
        cellOf(one.opening),
        cell(one.expired > 0 ? 'lost' : undefined, cellOf(0 - one.expired)),
        cell(one.free > 0 ? 'good' : undefined, cellOf(one.free)),
        cell(one.paid > one.recovered ? 'good' : undefined, cellOf(one.paid - one.recovered)),
        cellOf(one.closing),
      ]),
      { bare: true },
    ),
  ]);
}

const amounts = (name: string): Column => ({ name, align: 'right', atLeast: 9 });

const begunWords = (due: number): string =>
  due === 1
    ? 'The first has begun already, and is still to be settled.'
    : `The first ${due} have begun already, and are still to be settled.`;

const cellOf = (amount: number): string => (amount < 0 ? `−${formatAmount(-amount)}` : formatAmount(amount));
