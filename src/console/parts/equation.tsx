/** Counts that add up, with their sum at the end. */
import { grouped } from './numbers.tsx';

export interface Term {
  readonly count: number;
  readonly word: string;
  /** Taken from what stands before it. */
  readonly minus?: boolean;
}

interface EquationProps {
  readonly terms: readonly Term[];
  readonly sum: Term;
  /** How numbers are written; English where it is left out. */
  readonly say?: (count: number) => string;
}

/** `17,240 settled + 7 failed + 7,657 remaining = 24,904 due`. Terms of 0 are shown, too: leave out what says nothing. */
export const Equation = ({ terms, sum, say = grouped }: EquationProps) => (
  <p class="flow">
    {terms.map((term, at) => (
      <>
        {at > 0 || term.minus ? <span>{term.minus ? '−' : '+'}</span> : ''}
        <One {...term} say={say} />
      </>
    ))}
    <span>=</span>
    <One {...sum} say={say} />
  </p>
);

const One = ({ count, word, say }: Term & Required<Pick<EquationProps, 'say'>>) => (
  <span class="term">
    <b>{say(count)}</b> {word}
  </span>
);
