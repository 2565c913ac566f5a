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

/** Where an account stands in the order in which they fall due: instant in milliseconds, then id. */
export interface DuePlace {
  readonly nextCycleAt: number;
  readonly id: string;
}

/**
 * Several hundred accounts, as the stretch of that order in which they stood: so a job is small however many they are,
 * and one that is done twice finds nobody the second time.
 */
export interface CohortPayload {
  readonly run: number;
  /** Null for the first of a run. */
  readonly after: DuePlace | null;
  readonly upTo: DuePlace;
}

/** A page of notices that a relay claimed together. */
export interface NoticePayload {
  readonly notices: readonly number[];
  /** When that claim runs out: others may have claimed them anew by then. */
  readonly until: number;
}

export const settleContract = {
  queue: '{settle}',
  name: 'settle',
  jobId: (payload: SettlePayload): string => `settle-${payload.account}`,
} as const;

export const cohortContract = {
  queue: '{cohorts}',
  name: 'settle-cohort',
  jobId: ({ run, upTo }: CohortPayload): string => `cohort-${run}-${upTo.nextCycleAt}-${upTo.id}`,
} as const;

export const noticeContract = {
  queue: '{notices}',
  name: 'deliver',
  // Of one claim, so that what is claimed anew is enqueued anew, whatever became of the job before.
  jobId: (payload: NoticePayload): string => `notices-${payload.notices[0]}-${payload.until}`,
} as const;

export const tickContract = {
  queue: '{ticks}',
  name: 'tick',
  schedulerId: 'sweep-tick',
  // As the scheduler's library names the job of a slot.
  jobId: (slotAt: number): string => `repeat:sweep-tick:${slotAt}`,
} as const;
