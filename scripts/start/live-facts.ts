/** For ten minutes something happens while somebody looks: facts, by the door that other systems send them to. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DateTime } from 'luxon';
import { type Instant, formatInstant } from '../../src/domain/calendar.ts';
import { MOVERS, moveEast } from '../stage/movers.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
const EVERY_MS = 15 * SECOND;
const EVERYDAY_MAX = 40;
const MOVES_AT_S = [55, 205, 355, 505];
const LATE_AT_S = [110, 410];
const LATE_EACH = 5;
const UPGRADE_AT_S = 290;

/** One that has no `at` of its own happens as it is told. */
type Fact = Readonly<Record<string, unknown>> & {
  readonly account: string;
  readonly type: string;
  readonly at?: string;
};

export interface LiveFacts {
  /** After the start. */
  readonly afterMs: number;
  /** Told together. */
  readonly facts: readonly Fact[];
}

/**
 * In order of their time.
 * @param run tells the facts of this start from those of another
 */
export function liveFacts(run: string, now: Instant): readonly LiveFacts[] {
  const everyday = everydayFacts(run).map((fact, n) => ({ afterMs: (n + 1) * EVERY_MS, facts: [fact] }));
  const moves = MOVES_AT_S.flatMap((seconds, n): LiveFacts[] => {
    const account = MOVERS[n]?.id;
    const zone = moveEast(n, now);
    const facts = account ? [{ account, type: 'account.zone-changed', zone }] : [];
    return [{ afterMs: seconds * SECOND, facts }];
  });
  const late = LATE_AT_S.map((seconds, n) => ({
    afterMs: seconds * SECOND,
    facts: lateOpenings(`late-${run}-${n + 1}`, now),
  }));
  const upgrade = { account: newTalent(run, 1), type: 'plan.upgraded' };
  const upgrades = { afterMs: UPGRADE_AT_S * SECOND, facts: [upgrade] };
  return [...everyday, ...moves, ...late, upgrades].toSorted((a, b) => a.afterMs - b.afterMs);
}

/** What comes all the time: proposals, interviews, purchases, new talent. */
function everydayFacts(run: string): Fact[] {
  const facts: Fact[] = [];
  for (let n = 1; facts.length < EVERYDAY_MAX; n += 1) {
    // Of those whose cycle has just begun: they have Connects to spend, and nothing is the matter with them.
    const account = `freelancer-${String(91 + ((n * 3) % 8)).padStart(4, '0')}`;
    const [proposal, interview] = [`live-${run}-p${n}`, `live-${run}-i${n}`];
    facts.push(
      { account, type: 'proposal.submitted', proposal, connects: 2 },
      { account, type: 'interview.requested', interview, proposal },
      { account, type: 'interview.replied', interview },
    );
    if (n % 2 === 0) facts.push({ account, type: 'connects.purchased', amount: 20 });
    if (n % 3 === 1) facts.push(opening(newTalent(run, n)));
  }
  return facts.slice(0, EVERYDAY_MAX);
}

const newTalent = (run: string, n: number): string => `new-${run}-${n}`;

/** Its first cycle begins as it opens, and the welcome comes with it. */
const opening = (account: string): Fact => ({
  account,
  type: 'account.opened',
  kind: 'freelancer',
  plan: 'basic',
  email: `${account}@members.example.test`,
  zone: 'UTC',
});

/** Openings of a month ago that were stuck somewhere: their next cycles have begun since, and the next tick finds them due. */
const lateOpenings = (name: string, now: Instant): Fact[] =>
  Array.from({ length: LATE_EACH }, (_, n) => ({
    ...opening(`${name}-${n + 1}`),
    at: formatInstant(
      DateTime.fromMillis(now, { zone: 'UTC' }).minus({ months: 1 }).toMillis() - (n + 1) * 20 * HOUR,
    ),
  }));

/** One after the other, until they are told, a signal comes, or nobody takes them any more. */
export async function tellLive(request: {
  readonly consoleUrl: string;
  readonly token: string;
  readonly signal: AbortSignal;
}): Promise<void> {
  const startedAt = Date.now();
  const run = startedAt.toString(36);
  for (const [index, { afterMs, facts }] of liveFacts(run, startedAt).entries()) {
    await sleep(startedAt + afterMs - Date.now(), undefined, { signal: request.signal, ref: false });
    const at = new Date().toISOString();
    const events = facts.map((fact, n) => ({ id: `live-${run}-${index + 1}-${n + 1}`, at, ...fact }));
    const answer = await fetch(`${request.consoleUrl}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${request.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(events),
      signal: request.signal,
    });
    if (answer.status === 401) return;
  }
}
