/**
 * What is wrong with the rows of a file: all of it counted, the first of it kept. A file may be as large as a disk and
 * wrong in every row, so nothing here grows with it but one bit a row.
 */
import type { Fault } from '../../domain/terms.ts';

/** A row or line that is not taken. */
export interface BadRow {
  readonly line: number;
  /** As it stands in the file, its line end included; absent where rows come from no file. */
  readonly raw?: string | Buffer;
  readonly faults: readonly Fault[];
}

/** Faults that differ in nothing but ids and numbers of their rows. */
export interface FaultKind extends Fault {
  readonly rows: number;
  /** The first line that has it; `where` and `what` are of that one. */
  readonly line: number;
}

export interface Bad {
  readonly badCount: number;
  /** The first ten thousand, in the order in which they were found, without their text. */
  readonly bad: readonly BadRow[];
  /** The first hundred, in the order in which they were found. */
  readonly kinds: readonly FaultKind[];
}

const KEPT_MAX = 10_000;
const KINDS_MAX = 100;

export class BadRows {
  #count = 0;
  #faults = 0;
  readonly #kept: BadRow[] = [];
  readonly #kinds = new Map<string, FaultKind>();
  readonly #lines = new LineSet();

  add({ line, faults }: BadRow): void {
    this.#count += 1;
    this.#faults += faults.length;
    this.#lines.add(line);
    if (this.#kept.length < KEPT_MAX) this.#kept.push({ line, faults });
    for (const fault of faults) this.#countKind(line, fault);
  }

  has(line: number): boolean {
    return this.#lines.has(line);
  }

  get count(): number {
    return this.#count;
  }

  /** Of all rows together; a row may have several. */
  get faultCount(): number {
    return this.#faults;
  }

  get told(): Bad {
    return { badCount: this.#count, bad: this.#kept, kinds: [...this.#kinds.values()] };
  }

  #countKind(line: number, fault: Fault): void {
    const key = kindOf(fault);
    const known = this.#kinds.get(key);
    if (known) this.#kinds.set(key, { ...known, rows: known.rows + 1 });
    else if (this.#kinds.size < KINDS_MAX) this.#kinds.set(key, { ...fault, rows: 1, line });
  }
}

/** Ids at the places where our own sentences have them, quoted characters, numbers and instants. */
const OWN_VALUES = /^[\w.-]+(?= (?:stands|is|arrived) )|(?<=: )[\w.-]+(?= is not$)|"[^"]*"|\d[\d.:TZ-]*/g;

/** The same for all faults of one kind. */
export const kindOf = ({ where, what }: Fault): string => `${where}: ${what.replace(OWN_VALUES, '…')}`;

/** Line numbers, one bit each. */
class LineSet {
  #bits = new Uint8Array(1_024);

  add(line: number): void {
    const at = line >> 3;
    if (at >= this.#bits.length) {
      const longer = new Uint8Array(Math.max(at + 1, this.#bits.length * 2));
      longer.set(this.#bits);
      this.#bits = longer;
    }
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (line & 7));
  }

  has(line: number): boolean {
    return ((this.#bits[line >> 3] ?? 0) & (1 << (line & 7))) !== 0;
  }
}
