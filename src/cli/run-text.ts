/** Runs as text. */
import { type Instant, formatInstant } from '../domain/calendar.ts';
import type { RunNote } from '../ledger/run-notes.ts';
import type { Run, RunAsked } from '../ledger/runs.ts';
import type { SweepPreview } from '../operations/runs/preview-sweep.ts';
import { type BatchSpread, batchWords } from '../reports/batch-spread.ts';
import type { RunCounts } from '../reports/run-counts.ts';
import type { FailedExample } from '../reports/failed-examples.ts';
import type { RunEnd } from '../reports/run-end.ts';
import { FACTS_INDENT, factLine, folded, timeOn } from './prose.ts';
import { type Screen, type Tone, type Words, linesOf, toned } from './screen.ts';
import { counted, formatAge, formatCount, listOf } from './words.ts';

/** What may be known of a run beside its counts. */
export interface RunTold {
  readonly end?: RunEnd;
  readonly notes?: readonly RunNote[];
  /** Of each error one account that failed with it. */
  readonly examples?: readonly FailedExample[];
  readonly batches?: BatchSpread | null;
  /** Of the database's clock: a person is told by it how long ago something was. */
  readonly now?: Instant;
}

/** A short paragraph that says what a run is, what it did, and what a person may do next. */
export function describeRun(screen: Screen, run: Run, counts: RunCounts, told: RunTold = {}): Words {
  const { end, notes = [], examples = [], batches = null, now } = told;
  const at = (instant: Instant): string => timeOn(screen, instant, now);
  const { settled, failed, remaining, skipped, added, cycles } = counts;
  const since = added > 0 && run.kind !== 'reversal' ? `; ${formatCount(added)} added since it began` : '';
  const facts: [label: string, words: Words][] = [
    [
      'accounts',
      [
        toneOf(listOf({ settled }), settled, 'good'),
        ', ',
        toneOf(listOf({ failed }), failed, 'act'),
        `, ${listOf({ remaining, skipped })}${since}`,
      ],
    ],
    ['cycles', `${formatCount(cycles)} (${listOf(counts.byCode)})`],
    ['connects', connectsOf(counts)],
    ['notices', listOf(counts.notices)],
    ...(failed > 0 ? [['failures', toned('act', listOf(counts.failures))] as [string, Words]] : []),
    ...examples.map(({ account, code, message }): [string, Words] => ['', `${account}: ${code}: ${message}`]),
    ...(end && Object.keys(end.failing).length > 0
      ? [['failing', `${listOf(end.failing)}; ${furtherOf(run)}`] as [string, Words]]
      : []),
    ...(end?.stop
      ? [
          ['stopped', `${at(Date.parse(end.stop.at))} by ${end.stop.actor}: ${end.stop.reason}`] as [
            string,
            Words,
          ],
        ]
      : []),
    ...tookOf(run, counts),
    ...(batches === null ? [] : [['batches', batchWords(batches)] as [string, Words]]),
    // A terminal's first line has no room for it.
    ...(screen.columns === null ? [] : [['terms', `version ${run.termsVersion}`] as [string, Words]]),
  ];
  const next = nextCommand(run, counts, end);
  return linesOf([
    folded(screen, [
      `run ${run.id} (${run.kind}) `,
      toned(stateTone(run.state), run.state),
      `, as of ${timeOn(screen, run.asOf)}${screen.columns === null ? `, terms version ${run.termsVersion}` : ''}`,
    ]),
    ...(run.asked ? [folded(screen, `  asked for ${askedWords(run.asked)}`, FACTS_INDENT)] : []),
    ...facts.map(([label, words]) => factLine(screen, label, words)),
    folded(
      screen,
      `  by ${run.actor}${run.reason ? `, because: ${run.reason}` : ''}; started ${at(run.startedAt)}` +
        (run.endedAt === null ? '' : `, ended ${endOn(screen, run.startedAt, run.endedAt, now)}`),
      FACTS_INDENT,
    ),
    ...notes.map((one) => factLine(screen, 'note', `${at(one.at)} by ${one.actor}: ${one.note}`)),
    ...(next === undefined ? [] : [factLine(screen, 'next', next)]),
  ]);
}

/** How long ago that was is said once, where the end is not far from the beginning. */
const endOn = (screen: Screen, startedAt: Instant, endedAt: Instant, now: Instant | undefined): string =>
  timeOn(screen, endedAt, endedAt - startedAt < AT_ONCE_MS ? undefined : now);

const AT_ONCE_MS = 60_000;

const toneOf = (text: string, count: number, tone: Tone): Words => toned(count > 0 ? tone : undefined, text);

/** Of runs, backfills, and of whatever else has states of the same names. */
export const stateTone = (state: string): Tone | undefined => STATE_TONES[state];

const STATE_TONES: Readonly<Record<string, Tone>> = {
  completed: 'good',
  'completed-with-failures': 'act',
  failed: 'act',
  'awaiting-approval': 'act',
  stopping: 'lost',
  stopped: 'lost',
  paused: 'lost',
  cancelled: 'lost',
};

/** How long it took, and how fast that was. */
function tookOf({ startedAt, endedAt }: Run, { settled }: RunCounts): [string, Words][] {
  if (endedAt === null) return [];
  const tookMs = Math.max(0, endedAt - startedAt);
  const rate =
    tookMs > 0 && settled > 0 ? `, ${formatCount(Math.round((settled * 1_000) / tookMs))} accounts/s` : '';
  return [['took', `${formatTook(tookMs)}${rate}`]];
}

/** `0.4 s`, and then as ages are told. */
const formatTook = (ms: number): string =>
  ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : formatAge(Math.round(ms / 1_000));

/** What goes on with it; nothing where all is done. */
function nextCommand(run: Run, { failed }: RunCounts, end: RunEnd | undefined): string | undefined {
  const { id, kind, state } = run;
  if (state === 'running' || state === 'stopping') return `connects run show ${id} --watch`;
  if (failed > 0 && kind !== 'reversal') return `connects failures list --run ${id}`;
  if (state === 'stopped' && end?.stop && kind === 'sweep') return 'connects due';
  return undefined;
}

/** `2 accounts: a1, a2`; `plus accounts, 100 at the most` */
function askedWords({ accounts, first = [], plan, code, limit }: RunAsked): string {
  const more = accounts !== undefined && accounts > NAMED_MAX ? ', …' : '';
  return [
    ...(accounts === undefined
      ? []
      : [`${counted(accounts, 'account')}: ${first.slice(0, NAMED_MAX).join(', ')}${more}`]),
    ...(plan === undefined ? [] : [`plan ${plan}`]),
    ...(code === undefined ? [] : [`code ${code}`]),
    ...(limit === undefined ? [] : [`${formatCount(limit)} at the most`]),
  ].join('; ');
}

/** Accounts named one by one. */
const NAMED_MAX = 5;

/** `360 granted, 540 expired; -180 in all`: the sum of its entries. Of a reversal, what it took and gave back, too. */
function connectsOf({
  granted,
  expired,
  recovered,
  taken,
  returned = 0,
  notTaken,
  net,
}: PostedCounts): Words {
  const parts = listOf({
    ...(recovered > 0 && { 'recovered as owed': recovered }),
    ...(taken !== undefined && { 'taken back': taken }),
    ...(returned > 0 && { 'given back': returned }),
    ...(notTaken !== undefined && { 'not taken': notTaken }),
  });
  return [
    toneOf(listOf({ granted }), granted, 'good'),
    ', ',
    toneOf(listOf({ expired }), expired, 'lost'),
    `${parts === 'none' ? '' : `, ${parts}`}; ${net > 0 ? '+' : ''}${formatCount(net)} in all`,
  ];
}

type PostedCounts = Pick<
  RunCounts,
  'granted' | 'expired' | 'recovered' | 'taken' | 'returned' | 'notTaken' | 'net'
>;

/** What becomes of those that a run failed at, and did not put aside itself. */
export const furtherOf = ({ kind }: Pick<Run, 'kind'>): string =>
  kind === 'rerun'
    ? 'still put aside, as before it: only another rerun tries them again ("connects rerun --all")'
    : 'not put aside, and tried again by the next run';

/** What a sweep would do. */
export function describePreview(screen: Screen, preview: SweepPreview): Words {
  const { settled, failed } = preview;
  const would = [
    toneOf(listOf({ 'would be settled': settled }), settled, 'good'),
    ', ',
    toneOf(listOf({ 'would fail': failed }), failed, 'act'),
  ];
  const facts: [label: string, words: Words][] = [
    ['accounts', [`${formatCount(preview.due)} due: `, would]],
    ['cycles', `${formatCount(preview.cycles)} (${listOf(preview.byCode)})`],
    ['connects', connectsOf(preview)],
    ['notices', listOf(preview.notices)],
    ...(failed > 0 ? [['failures', toned('act', listOf(preview.failures))] as [string, Words]] : []),
  ];
  return linesOf([
    folded(
      screen,
      `dry run as of ${formatInstant(preview.asOf)}, terms version ${preview.termsVersion}: nothing was written`,
    ),
    ...facts.map(([label, words]) => factLine(screen, label, words)),
    ...(preview.stopsItself
      ? [
          folded(
            screen,
            `  the run would stop itself: ${formatCount(preview.stopsItself.accounts)} fail with ${preview.stopsItself.code}. ` +
              'It would settle some of the others, and put nobody aside',
          ),
        ]
      : []),
  ]);
}
