/** For some minutes something happens while somebody looks: facts, by the door that other systems send them to. */
import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 15_000;
const FACTS_MAX = 40;

type Fact = Readonly<Record<string, unknown>> & { readonly account: string; readonly type: string };

/** @param run tells the facts of this start from those of another */
export function liveFacts(run: string): readonly Fact[] {
  const facts: Fact[] = [];
  for (let n = 1; facts.length < FACTS_MAX; n += 1) {
    // Of those whose cycle has just begun: they have Connects to spend, and nothing is the matter with them.
    const account = `freelancer-${String(91 + ((n * 3) % 8)).padStart(4, '0')}`;
    const [proposal, interview] = [`live-${run}-p${n}`, `live-${run}-i${n}`];
    facts.push(
      { account, type: 'proposal.submitted', proposal, connects: 2 },
      { account, type: 'interview.requested', interview, proposal },
      { account, type: 'interview.replied', interview },
    );
    if (n % 2 === 0) facts.push({ account, type: 'connects.purchased', amount: 20 });
    if (n % 3 === 1) facts.push(opening(`new-${run}-${n}`));
  }
  return facts.slice(0, FACTS_MAX);
}

/** New talent: its first cycle begins as it opens, and the welcome comes with it. */
const opening = (account: string): Fact => ({
  account,
  type: 'account.opened',
  kind: 'freelancer',
  plan: 'basic',
  email: `${account}@members.example.test`,
  zone: 'UTC',
});

/** One after the other, until they are told, a signal comes, or nobody takes them any more. */
export async function tellLive(request: {
  readonly consoleUrl: string;
  readonly token: string;
  readonly signal: AbortSignal;
}): Promise<void> {
  const run = Date.now().toString(36);
  for (const [index, fact] of liveFacts(run).entries()) {
    await sleep(EVERY_MS, undefined, { signal: request.signal, ref: false });
    const event = { id: `live-${run}-${index + 1}`, at: new Date().toISOString(), ...fact };
    const answer = await fetch(`${request.consoleUrl}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${request.token}`, 'content-type': 'application/json' },
      body: JSON.stringify([event]),
      signal: request.signal,
    });
    if (answer.status === 401) return;
  }
}
