/** What a run tells while it goes on: which round, what runs, and how long all that is left will take. */
import type { ContenderName } from './options.ts';

export interface Turn {
  readonly round: number;
  readonly contender: ContenderName;
  readonly accounts: number;
}

export interface Plan {
  readonly contenders: readonly ContenderName[];
  readonly accounts: readonly number[];
  readonly rounds: number;
  /** Of these alone; 0 for none. */
  readonly large: number;
  readonly largeOnes: readonly ContenderName[];
}

/** Each round begins with another contender, so that none is always the first or the last. */
export function turnsOf({ contenders, accounts, rounds, large, largeOnes }: Plan): Turn[] {
  const ofRound = (round: number): Turn[] => {
    const first = round % contenders.length;
    const order = [...contenders.slice(first), ...contenders.slice(0, first)];
    const sizes = accounts.flatMap((size) => order.map((contender) => ({ contender, accounts: size })));
    const ofLarge = largeOnes.map((contender) => ({ contender, accounts: large }));
    return [...sizes, ...(large > 0 ? ofLarge : [])].map((turn) => ({ ...turn, round }));
  };
  return Array.from({ length: rounds }, (_, round) => ofRound(round)).flat();
}

export interface Taken {
  readonly turn: Turn;
  readonly ms: number;
}

/** Of what was not run yet, each is expected to take what it took before, else what they take on average. */
export function msLeft(taken: readonly Taken[], left: readonly Turn[]): number | undefined {
  if (taken.length === 0) return undefined;
  const mean = (some: readonly Taken[]): number => some.reduce((sum, one) => sum + one.ms, 0) / some.length;
  return left.reduce((sum, turn) => {
    const alike = taken.filter(
      (one) => one.turn.contender === turn.contender && one.turn.accounts === turn.accounts,
    );
    return sum + mean(alike.length > 0 ? alike : taken);
  }, 0);
}

/** `about 12 min left`. */
export function leftInWords(ms: number | undefined): string {
  if (ms === undefined) return '';
  const minutes = Math.round(ms / 60_000);
  return minutes > 0 ? `about ${minutes} min left` : 'less than a minute left';
}
