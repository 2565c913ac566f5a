/** Two runs side by side, as data. */
import type { RunDiff, RunSide } from '../reports/run-diff.ts';
import { sentencesOf } from '../reports/run-diff-words.ts';
import { knownCountsJson } from './runs.ts';

const sideJson = ({ counts, exact, notices, ...side }: RunSide) => ({
  ...side,
  exact,
  counts: knownCountsJson({ counts, exact }, notices),
});

export const runDiffJson = (diff: RunDiff) => ({
  sentences: sentencesOf(diff),
  ...diff,
  earlier: sideJson(diff.earlier),
  later: sideJson(diff.later),
});
