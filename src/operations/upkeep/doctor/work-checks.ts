/** The work itself: lateness, runs, failures, mail, ticks. */
import { shownNow } from '../../../db/query.ts';
import { type Instant, formatInstant } from '../../../domain/calendar.ts';
import { type MailTrouble, troubleOfRefusal } from '../../../notices/mail-trouble.ts';
import { listOpenBackfills } from '../../../ledger/backfills.ts';
import { findHold, mailHeldWords } from '../../../outbox/hold.ts';
import { findLedgerHold, heldWords } from '../../../ledger/ledger-hold.ts';
import { sourceOf } from '../../../ledger/run-grants.ts';
import { findRunStop } from '../../../ledger/run-stops.ts';
import { type Run, findLatestSweep, findOpenKey, listOpenRuns } from '../../../ledger/runs.ts';
import { findLastTick } from '../../../ledger/ticks.ts';
import { countNotices } from '../../../outbox/listing.ts';
import { findOldestUnsent } from '../../../outbox/outbox.ts';
import { hasLongerGap, latestNextSlot, nextSlot } from '../../../queue/cron.ts';
import { findOutage } from '../../../outbox/refusals.ts';
import { type FailureState, type WorkSum, sumFailureWork } from '../../../reports/failure-work.ts';
import { type Measures, readMeasures } from '../../../reports/measures.ts';
import type { TickReport } from '../../../reports/ticks.ts';
import { counted, formatAge } from '../../../words.ts';
import type { DoctorDeps } from './deps.ts';
import { checkBackfill } from './backfill-checks.ts';
import { type Finding, fault, ok, warning } from './finding.ts';
import { type HowItRuns, findHowItRuns, workAdvice } from './how-it-runs.ts';

type Deps = Pick<DoctorDeps, 'db' | 'config' | 'queue' | 'deliverDeps'>;

/** An open run is tended every few seconds by any worker, and by whoever waits for it. */
const ORPHAN_MS = 120_000;
const MAIL_LATE_MS = 900_000;

const ageOf = (ms: number): string => formatAge(Math.max(0, ms) / 1_000);

const measure = async ({ db, config }: Pick<Deps, 'db' | 'config'>): Promise<Measures> =>
  readMeasures(db, {
    next: (after) => nextSlot(config.sweepCron, after),
    oldestUnsentAt: await findOldestUnsent(db),
    mailNotTakenSince: (await findOutage(db))?.since,
    mailHeldSince: (await findHold(db))?.heldAt,
  });

/** What is forgotten is told until somebody ends it. */
export async function checkHold({ db }: Deps): Promise<readonly Finding[]> {
  const hold = await findLedgerHold(db);
  if (!hold) return [ok('hold', 'the ledger is not held')];
  const age = ageOf((await shownNow(db)) - hold.heldAt);
  return [warning('hold', `for ${age}: ${heldWords(hold)}; nothing is settled or granted`, RELEASE)];
}

const RELEASE = 'connects release --reason "…"; when its reason is gone: docs/runbook.md: held';

export async function checkLateness(deps: Deps): Promise<readonly Finding[]> {
  const { now, due, oldestDueAt, heldSince } = await measure(deps);
  const ageMs = oldestDueAt === null ? 0 : now - oldestDueAt;
  if (ageMs <= deps.config.dueAlarmMs) return [ok('due', due === 0 ? 'nobody is due' : dueSince(due, ageMs))];
  return [
    fault(
      'due',
      dueSince(due, ageMs),
      heldSince.ledger !== null
        ? RELEASE
        : 'connects sweep --wait --work; docs/runbook.md: ConnectsOldestDueTooOld',
    ),
  ];
}

const dueSince = (due: number, ageMs: number): string =>
  `${counted(due, 'account is', 'accounts are')} due, the oldest for ${ageOf(ageMs)}`;

export async function checkRuns({ db, config }: Deps): Promise<readonly Finding[]> {
  const now = await shownNow(db);
  const findings: Finding[] = [];
  const hold = await findLedgerHold(db);
  const backfills = new Map((await listOpenBackfills(db)).map((one) => [one.runId, one]));
  // Nobody may go on with anything while the ledger is held.
  const looked = { now, silentMaxMs: hold ? Infinity : Math.max(ORPHAN_MS, config.dueAlarmMs) };
  for (const run of await listOpenRuns(db)) {
    const backfill = backfills.get(run.id);
    if (backfill) {
      const finding = checkBackfill(backfill, run, looked);
      if (finding) findings.push(finding);
      continue;
    }
    const silentMs = now - run.heartbeatAt;
    if (silentMs > ORPHAN_MS && !hold)
      findings.push(
        fault(
          'runs',
          `run ${run.id} (${run.kind}) is open, and nobody has tended it for ${ageOf(silentMs)}`,
          fixOf(run, await findOpenKey(db, run.id), await findHowItRuns(db)),
        ),
      );
  }
  const failed = await findLatestSweep(db, ['failed'], 'anybody');
  const better = await findLatestSweep(db, ['completed', 'completed-with-failures'], 'everybody');
  if (failed && failed.id > (better?.id ?? 0))
    findings.push(
      fault(
        'runs',
        `run ${failed.id} stopped itself: ${(await findRunStop(db, failed.id))?.reason ?? 'too many accounts failed'}`,
        'docs/runbook.md: ConnectsRunFailed',
      ),
    );
  return findings.length > 0 ? findings : [ok('runs', 'none is orphaned')];
}

function fixOf(run: Run, key: string | undefined, how: HowItRuns): string {
  if (run.kind === 'reversal') {
    const source = sourceOf(key ?? '');
    if (run.asked) return 'start a worker, which goes on with it; or type the command that began it again';
    const goesOn = 'goes on with it, and ends it';
    if (source && 'eventsUnder' in source) {
      const termsVersion = source.eventsUnder;
      return `"connects reverse-run events --terms-version ${termsVersion} --reason R --yes" ${goesOn}`;
    }
    const id = source?.run;
    return `"connects reverse-run ${id} --reason R --yes" ${goesOn}`;
  }
  const stop = `or "connects run stop ${run.id}"`;
  return how === 'scheduler'
    ? `start "connects worker", or "connects sweep --wait --work"; ${stop}`
    : `${workAdvice(how)}; ${stop}`;
}

export async function checkFailures(deps: Deps): Promise<readonly Finding[]> {
  const { now, waitingEvents, oldestWaitingEventAt } = await measure(deps);
  const findings: Finding[] = asideFindings(deps.config, await sumFailureWork(deps.db, now), now);
  if (waitingEvents > 0)
    findings.push(
      warning(
        'events',
        `${counted(waitingEvents, 'event waits', 'events wait')} for ${waitingEvents === 1 ? 'its' : 'their'} account, since ${iso(oldestWaitingEventAt)}`,
        '"connects events waiting list" says why: mend that, and the next event or sweep of the account applies them; ' +
          'or "connects events waiting refuse ID"',
      ),
    );
  return findings.length > 0 ? findings : [ok('failures', 'nobody is put aside, and no event waits')];
}

/** That somebody knows of it excuses much longer than the alarm, and not for ever. */
const KNOWN_MAX_MS = 30 * 86_400_000;

/** What is snoozed comes back by itself. */
function asideFindings(
  { putAsideAlarmMs }: Deps['config'],
  work: ReadonlyMap<FailureState, WorkSum>,
  now: Instant,
): Finding[] {
  const sums = [...work.values()];
  const accounts = sums.reduce((sum, one) => sum + one.accounts, 0);
  if (accounts === 0) return [];
  const ageOfState = (state: FailureState): number => now - (work.get(state)?.oldestAt ?? now);
  const oldestAt = Math.min(...sums.map((one) => one.oldestAt ?? now));
  const counts = [...work].map(([state, one]) => `${one.accounts} ${state}`).toSorted();
  const found =
    `${counted(accounts, 'account is', 'accounts are')} put aside, the oldest since ${iso(oldestAt)} ` +
    `(${ageOf(now - oldestAt)}): ${counts.join(', ')}`;
  const unknown = ageOfState('open') > putAsideAlarmMs;
  if (unknown || ageOfState('acknowledged') > KNOWN_MAX_MS)
    return [
      fault(
        'failures',
        found,
        `"connects failures list", the oldest first; mend them; "connects rerun --all"; docs/runbook.md: ConnectsPutAsideTooLong`,
      ),
    ];
  return [
    warning(
      'failures',
      found,
      '"connects failures list --group-by error"; mend them; "connects rerun --all"',
    ),
  ];
}

const iso = (at: Instant | null): string => (at === null ? 'a moment ago' : formatInstant(at));

export async function checkMail({ db, deliverDeps }: Deps): Promise<readonly Finding[]> {
  const waiting = await countNotices(db, { states: ['pending', 'claimed', 'sending'] });
  const wait = counted(waiting, 'notice waits', 'notices wait');
  const findings: Finding[] = [];
  const hold = await findHold(db);
  if (hold)
    findings.push(
      warning(
        'mail',
        `for ${ageOf((await shownNow(db)) - hold.heldAt)}: ${mailHeldWords(hold)}; ${wait}`,
        'connects release --mail --reason "…"; when its reason is gone',
      ),
    );
  const trouble = await deliverDeps?.mailer.probe(PROBE_MS);
  if (trouble)
    findings.push(mailFinding(`the mail server cannot be used: ${trouble.words}; ${wait}`, trouble));
  const outage = await findOutage(db);
  if (outage) {
    const found = `the mail server takes no mail since ${iso(outage.since)}: ${outage.words}; ${wait}`;
    // Where nothing waits nothing has tried it since: it may be mended.
    findings.push(
      waiting === 0
        ? warning('mail', found, NOT_TAKEN)
        : mailFinding(found, troubleOfRefusal(outage.words), NOT_TAKEN),
    );
  }
  const oldest = await findOldestUnsent(db);
  const ageMs = oldest === undefined ? 0 : (await shownNow(db)) - oldest;
  const since = `${wait}, the oldest for ${ageOf(ageMs)}`;
  if (findings.length === 0 && ageMs > MAIL_LATE_MS)
    findings.push(warning('mail', since, 'docs/runbook.md: ConnectsOutboxTooOld'));
  if (findings.length > 0) return findings;
  const answers = deliverDeps ? '; the mail server answers' : '';
  return [ok('mail', `${waiting === 0 ? 'no notice waits' : since}${answers}`)];
}

const NOT_TAKEN = 'docs/runbook.md: mail-not-taken; they are sent by themselves when it does';

/** Nobody is told: for now, or until a person mends something. */
function mailFinding(found: string, { kind, mend }: MailTrouble, more?: string): Finding {
  const isConfiguration = kind === 'configuration';
  const page = more ?? `docs/runbook.md: ${isConfiguration ? 'mail-configuration' : 'mail-unreachable'}`;
  const fix = mend === undefined ? page : `${mend} ${page}`;
  return fault('mail', found, fix, isConfiguration ? 'config' : 'unavailable');
}

/** A mail server that takes longer to greet is one to look at. */
const PROBE_MS = 5_000;

/** The queue is opened only where there is a schedule to look for, and a Redis to find it in. */
export async function checkTicks(deps: Deps, redisIsThere: boolean): Promise<readonly Finding[]> {
  const { now, ticks } = await measure(deps);
  // A scheduler that was given up for cron leaves its ticks behind for a while.
  const scheduled = ticks && (await findHowItRuns(deps.db)) === 'scheduler' ? ticks : undefined;
  if (scheduled && !redisIsThere) return [scheduleUnknown(scheduled)];
  if (scheduled)
    return [...checkScheduler(deps, scheduled, await deps.queue.findNextTick()), ...rareTicks(deps.config)];
  const last = await findLastTick(deps.db);
  if (last !== undefined)
    return [ok('ticks', `no scheduler; the last "connects sweep" was ${ageOf(now - last)} ago`)];
  return [
    warning(
      'ticks',
      'nothing has ever ticked',
      'run "connects scheduler", or call "connects sweep --wait --work" from cron',
    ),
  ];
}

/** Set to be so rare, the alarm rings before every tick, and nothing is wrong. */
function rareTicks({ sweepCron, settleGraceMs, dueAlarmMs }: Deps['config']): Finding[] {
  if (!hasLongerGap(sweepCron, dueAlarmMs - settleGraceMs)) return [];
  return [
    warning(
      'ticks',
      `"${sweepCron}" leaves longer between two ticks than CONNECTS_DUE_ALARM allows anybody to be due`,
      'tick more often (CONNECTS_SWEEP_CRON), or raise CONNECTS_DUE_ALARM',
    ),
  ];
}

/** Without Redis nothing ticks, and nobody can tell whether anything will: one fault, which is Redis' own. */
const scheduleUnknown = (ticks: TickReport): Finding =>
  warning(
    'ticks',
    `the schedule cannot be looked at without Redis; ${describeTicks(ticks)}`,
    'bring Redis back first: a scheduler that runs brings its schedule back by itself',
  );

function describeTicks(ticks: TickReport): string {
  const { slots, fired, merged, missed, late, doubled, joined, failed } = ticks;
  return (
    `of ${slots} slots since ${formatInstant(ticks.from)}: ${fired} ticked, ${merged} merged into a later tick, ` +
    `${missed} missed; ${late} late, ${doubled} doubled, ${joined} joined a running sweep, ${failed} failed`
  );
}

/** A missed slot is made up for by the next tick; what matters is whether there will be one. */
function checkScheduler({ config }: Deps, ticks: TickReport, nextAt: Instant | null): Finding[] {
  const { merged, missed, late, failed } = ticks;
  if (nextAt === null)
    return [
      fault(
        'ticks',
        `nothing is scheduled; ${describeTicks(ticks)}`,
        'start "connects scheduler": it brings the schedule back, within a minute where it runs already',
      ),
    ];
  const found = `the next tick is at ${formatInstant(nextAt)}; ${describeTicks(ticks)}`;
  if (nextAt > latestNextSlot(config.sweepCron, ticks.to))
    return [
      fault(
        'ticks',
        `that is later than the pattern "${config.sweepCron}" allows: ${found}`,
        'start "connects scheduler": it puts the schedule right, within a minute where it runs already',
      ),
    ];
  if (missed > 1)
    return [fault('ticks', found, 'start "connects scheduler", or restart it if it is running')];
  return merged + late + failed > 0
    ? [
        warning(
          'ticks',
          found,
          'nothing, when it was a deployment; else docs/runbook.md: ConnectsSchedulerMissesSlots',
        ),
      ]
    : [ok('ticks', found)];
}
