/** How each job queue on PostgreSQL is set to work: as it comes, tuned for throughput, and tuned with group commit. */
export const WAYS = ['default', 'tuned', 'group-commit'] as const;
export type Way = (typeof WAYS)[number];

export const WAY_WORDS: Readonly<Record<Way, string>> = {
  default: 'as it comes',
  tuned: 'tuned',
  'group-commit': 'with our group commit',
};

export function wayOf(text: string | undefined): Way {
  const way = WAYS.find((one) => one === text);
  if (way === undefined) throw new Error(`expected one of ${WAYS.join(', ')}, not ${text}`);
  return way;
}

/** The name of its queue, and of its task. */
export const SETTLE = 'settle';
/** Accounts that are found due, and enqueued, at a time: as the product does. */
export const PAGE = 1_000;
/** Of the tuned ways: transactions at once, each on a connection of its own. */
export const CONCURRENCY = 50;
/** Of group commit: what one transaction settles at the most, and how many jobs are held; as the product has them. */
export const BATCH = 500;

/** What it says of its settings beside the results. */
export const SETTINGS = {
  'graphile-worker': {
    default: '1 job at a time',
    tuned: `${CONCURRENCY} jobs at once, local queue of ${BATCH}, completed jobs written together, prepared statements`,
    'group-commit': `as tuned, with ${BATCH} jobs at once, settled together`,
  },
  'pg-boss': {
    default: '`work` as it comes: one job every two seconds',
    tuned: `${CONCURRENCY} transactions at once out of fetches of ${BATCH} jobs, one after another; prepared statements`,
    'group-commit': `fetches of ${BATCH} jobs, each settled in one transaction; prepared statements`,
  },
} as const;
