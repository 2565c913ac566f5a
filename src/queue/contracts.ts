/**
 * The messages between producers and workers: queue, name, payload and job id. A payload holds ids, never amounts or
 * addresses. Job ids belong to the account or the row, not to a run, so overlapping sweeps add nothing twice.
 *
 * Queue names carry a hash tag, so that each queue lives on one node of a cluster.
 */
export interface SettlePayload {
  readonly account: string;
  readonly run: number;
}

export interface NoticePayload {
  readonly notice: number;
}

export type TickPayload = Record<string, never>;

export const settleContract = {
  queue: '{settle}',
  name: 'settle',
  jobId: (payload: SettlePayload): string => `settle-${payload.account}`,
} as const;

export const noticeContract = {
  queue: '{notices}',
  name: 'deliver',
  jobId: (payload: NoticePayload): string => `notice-${payload.notice}`,
} as const;

export const tickContract = { queue: '{ticks}', name: 'tick', schedulerId: 'sweep-tick' } as const;
