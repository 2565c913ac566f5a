/** Job: send a page of notices. Contract: src/queue/contracts.ts. Behaviour: src/operations/mail/deliver-notices.ts. */
import { type DeliverDeps, deliverNotices } from '../src/operations/mail/deliver-notices.ts';
import type { NoticePayload } from '../src/queue/contracts.ts';
import type { Tally } from '../src/tally.ts';

export const deliverPage =
  (deps: DeliverDeps, tally?: Pick<Tally, 'add'>) =>
  async (payload: NoticePayload): Promise<void> => {
    const outcomes = await deliverNotices(deps, payload);
    for (const outcome of outcomes.values()) tally?.add(`emails:${outcome}`);
  };
