/** Awards under audit: each once, as its interview records it, and no window over its maximum. */
import type { EntryKind, PostedEntry } from '../account.ts';
import { DAY_MS, type Examination } from './examination.ts';
import { type Instant, formatInstant } from '../calendar.ts';
import { termsInForce } from '../terms.ts';

export function checkAwards(audit: Examination): void {
  const once = new Map<string, PostedEntry>();
  for (const one of audit.recorded.entries) {
    const what = onceOf(one);
    if (what === undefined) continue;
    const first = once.get(what);
    if (!first) once.set(what, one);
    else if (first.subject !== one.subject || first.kind === one.kind)
      audit.addCorrectable(
        'granted-twice',
        `entry ${one.seq}, ${one.kind} of ${one.amount}: ${what} was awarded with entry ${first.seq}`,
        one.seq,
        -one.amount,
      );
  }
  const posted = new Map<string, number>();
  for (const { subject, kind, amount } of audit.recorded.entries)
    if (isInterview(kind)) posted.set(subject, (posted.get(subject) ?? 0) + amount);
  const awarded = new Map<string, number>();
  const proposals = new Set<string>();
  for (const { interview, proposal, amount, rewardedBy } of audit.recorded.awards) {
    const subject = `interview:${interview}`;
    awarded.set(subject, (awarded.get(subject) ?? 0) + amount);
    if (proposals.has(proposal))
      audit.add('granted-twice', `proposal ${proposal} is recorded as awarded twice`);
    else if (rewardedBy !== interview)
      audit.add(
        'award-differs',
        `${subject} was awarded for proposal ${proposal}, ${
          rewardedBy === null ? 'which does not say so: it could be rewarded again' : `as was ${rewardedBy}`
        }`,
      );
    proposals.add(proposal);
  }
  const known = new Set(audit.found.filter((one) => one.code === 'granted-twice').map((one) => one.key));
  const firstOf = posted.size === 0 ? undefined : firstBySubject(audit.recorded.entries);
  for (const [subject, amount] of posted) {
    const entry = firstOf?.get(subject);
    const isKnown = entry !== undefined && known.has(`audit.${audit.account.id}.${entry.seq}`);
    const isCorrected = entry !== undefined && audit.isCorrected(entry.seq);
    if ((awarded.get(subject) ?? 0) !== amount && !isKnown && !isCorrected)
      audit.add('award-differs', `${subject} posted ${amount}, and ${awarded.get(subject) ?? 0} is recorded`);
  }
  for (const [subject, amount] of awarded)
    if (!posted.has(subject) && amount !== 0)
      audit.add('award-differs', `${subject} is recorded with ${amount}, and posted nothing`);
}

function firstBySubject(entries: readonly PostedEntry[]): ReadonlyMap<string, PostedEntry> {
  const found = new Map<string, PostedEntry>();
  for (const one of entries) if (!found.has(one.subject)) found.set(one.subject, one);
  return found;
}

/**
 * No window over its maximum, whatever the terms were that decided each award: of those within it, the shortest
 * window's length and the largest maximum count.
 */
export function checkWindows(audit: Examination): void {
  const replies = new Map<string, { at: Instant; amount: number; seq: number }>();
  for (const one of audit.recorded.entries) {
    if (!isInterview(one.kind)) continue;
    const known = replies.get(one.subject);
    replies.set(one.subject, {
      at: one.occurredAt,
      amount: (known?.amount ?? 0) + one.amount,
      seq: one.seq,
    });
  }
  const awards = [...replies.values()].toSorted((a, b) => a.at - b.at);
  const terms = awards.map((one) => termsInForce(audit.rules.terms, one.at)?.interview);
  const days = Math.min(...terms.map((one) => one?.windowDays ?? Infinity));
  if (!Number.isFinite(days)) return;
  for (let last = 0, first = 0, held = 0; last < awards.length; last += 1) {
    const end = awards[last] as (typeof awards)[number];
    held += end.amount;
    for (; (awards[first] as (typeof awards)[number]).at <= end.at - days * DAY_MS; first += 1)
      held -= (awards[first] as (typeof awards)[number]).amount;
    const most = Math.max(...terms.slice(first, last + 1).map((one) => one?.windowMax ?? 0));
    if (held > most)
      audit.addCorrectable(
        'window-exceeded',
        `${held} in the ${days} days up to ${formatInstant(end.at)}, and ${most} is the most`,
        end.seq,
        most - held,
      );
  }
}

const isInterview = (kind: EntryKind): boolean => kind === 'interview-award' || kind === 'interview-refund';

/** What an entry may be posted for only once, whatever its subject; undefined for what has no such limit. */
function onceOf({ kind, proposal }: PostedEntry): string | undefined {
  if (kind === 'welcome' || kind === 'readiness-test') return kind;
  return isInterview(kind) && proposal !== null ? `proposal ${proposal}` : undefined;
}
