/** Job: send one notice. Contract: src/queue/contracts.ts. Behaviour: src/operations/deliver-notice.ts. */
import { type DeliverDeps, deliverNotice } from '../src/operations/deliver-notice.ts';
import type { NoticePayload } from '../src/queue/contracts.ts';

export const deliverOne =
  (deps: DeliverDeps) =>
  async (payload: NoticePayload): Promise<void> => {
    await deliverNotice(deps, payload.notice);
  };
