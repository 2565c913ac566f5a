/** Counts that add up, with their sum at the end. */
import { grouped } from './numbers.tsx';

export interface Term {
  readonly count: number;
  readonly word: string;
  /** Taken from what stands before it. */
  readonly minus?: boolean;
}

/** `17,240 settled + 7 failed + 7,657 remaining = 24,904 due`. Terms of 0 are shown, too: leave out what says nothing. */
export const Equation = ({ terms, sum }: { readonly terms: readonly Term[]; readonly sum: Term }) => (
  <p class="flow">
    {terms.map((term, at) => (
      <>
        {at > 0 || term.minus ? <span>{term.minus ? '−' : '+'}</span> : ''}
        <One {...term} />
      </>
    ))}
    <span>=</span>
    <One {...sum} />
  </p>
);

const One = ({ count, word }: Term) => (
  <span class="term">
    <b>{grouped(count)}</b> {word}
  </span>
);
