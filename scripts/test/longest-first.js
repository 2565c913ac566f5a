/**
 * The order of test files: those that take longest begin first, so that nobody waits for one that began last. Jest knows
 * how long each took the last time; on a fresh clone it goes by their sizes, which say little of a browser or of a wait.
 */
import { createRequire } from 'node:module';

// Its default export is in another place, as Jest itself and as Node load it.
const { default: TestSequencer } = createRequire(import.meta.url)('@jest/test-sequencer');

/** The beginnings of their paths, the longest first. */
const LONG = [
  'test/console/browser/stage',
  'test/console/browser/journeys',
  'test/faults/',
  'test/scenarios/late-sweeps',
  'test/scenarios/quiet-fleet',
  'test/scenarios/once',
  'test/scenarios/generated',
  'test/console/browser/',
];

const placeOf = ({ path }) => {
  const place = LONG.findIndex((start) => path.replaceAll('\\', '/').includes(`/${start}`));
  return place === -1 ? LONG.length : place;
};

export default class LongestFirst extends TestSequencer {
  sort(tests) {
    // Stable: within a place, the order is Jest's own.
    return [...super.sort(tests)].sort((one, other) => placeOf(one) - placeOf(other));
  }
}
