/** `npm run prove -- NAME`: a long proof, too long for the tests. Without a name, what there is. */
const PROOFS: Readonly<Record<string, { readonly what: string; readonly run: () => Promise<unknown> }>> = {
  delivery: {
    what: '1,000 notices, 120 kills: none missing',
    run: () => import('./prove/delivery.ts'),
  },
  complaints: {
    what: 'what members complain of, asked with what they have: answered by one command',
    run: () => import('./prove/complaints.ts'),
  },
  'console-at-size': {
    what: 'every page of the console with 1,000,000 accounts: its time, and the rows that it takes',
    run: () => import('./prove/console-at-size.ts'),
  },
  'live-browsers': {
    what: 'what a sweep costs while three browsers look at the overview, live',
    run: () => import('./prove/live-browsers.ts'),
  },
  'flat-costs': {
    what: 'costs that do not grow with history or with the fleet: settling, who is due, audit, answers',
    run: () => import('./prove/flat-costs.ts'),
  },
  capacity: {
    what: 'the model of capacity against what the bench measured, and what a fleet needs by it',
    run: () => import('./prove/capacity.ts'),
  },
  image: {
    what: 'the image, built without an engine: each of its processes, as nobody, on a read-only root',
    run: () => import('./prove/image.ts'),
  },
  dashboard: {
    what: 'every query of the dashboard, against a Prometheus that scraped a worker',
    run: () => import('./prove/dashboard.ts'),
  },
};

const EXIT_USAGE = 2;
const [name = ''] = process.argv.splice(2, 1);
const proof = PROOFS[name];
if (proof) await proof.run();
else {
  const lines = Object.entries(PROOFS).map(([one, { what }]) => `  ${one.padEnd(18)}${what}\n`);
  process.stderr.write(`usage: npm run prove -- NAME\n${lines.join('')}`);
  process.exit(EXIT_USAGE);
}
