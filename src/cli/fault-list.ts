/** Faults of rows, told by kind: a file that is wrong in a million rows has a screen of them. */
import type { Fault } from '../domain/terms.ts';
import { type Bad, type BadRow, type BadRows, kindOf } from '../operations/imports/bad-rows.ts';
import { plainLine } from '../plain-text.ts';
import { counted } from './words.ts';

/** Rows of one kind of fault that are told one by one. */
const EXAMPLES_MAX = 20;

/** The first rows of each kind of fault, in the order of the file: what is told of a file that is wrong in a million rows. */
export function examplesOf({ bad, kinds }: Bad): BadRow[] {
  const told = new Map(kinds.map((one) => [kindOf(one), 0]));
  return bad.flatMap((row) => {
    const faults = row.faults.filter((fault) => {
      const before = told.get(kindOf(fault)) ?? EXAMPLES_MAX;
      told.set(kindOf(fault), before + 1);
      return before < EXAMPLES_MAX;
    });
    return faults.length === 0 ? [] : [{ line: row.line, faults }];
  });
}

/** Of those of which not all were told. @param one what a row is called: `line` */
export const moreLines = ({ kinds }: Bad, one: string): string[] =>
  kinds
    .filter((kind) => kind.rows > EXAMPLES_MAX)
    .map(
      (kind) =>
        `… and ${counted(kind.rows - EXAMPLES_MAX, `more ${one}`)} like ${faultLine(kind.line, kind)}`,
    );

/** @param fault `where` is empty where the line is one thing */
export const faultLine = (line: number, { where, what }: Fault): string =>
  plainLine(`line ${line}${where && `, ${where}`}: ${what}`);

/** All of it as one message, for a file of which nothing is kept. */
export const faultsOfFile = (file: string, found: BadRows): string =>
  [
    `${file} has ${counted(found.faultCount, 'fault')}:`,
    ...examplesOf(found.told).flatMap(({ line, faults }) => faults.map((one) => faultLine(line, one))),
    ...moreLines(found.told, 'row'),
  ].join('\n  ');

/** Every fault on a line of its own, under the file that has them. */
export const formatFaults = (where: string, faults: readonly Fault[]): string =>
  [`${where} has ${faults.length} fault${faults.length === 1 ? '' : 's'}:`]
    .concat(faults.map((one) => `  ${one.where}: ${one.what}`))
    .join('\n');
