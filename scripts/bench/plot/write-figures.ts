/** `npm run bench -- --plot`: the picture and the tables, from documents of earlier runs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../../servers/setup-error.ts';
import type { Report } from '../report.ts';
import { renderRates } from './rate-picture.ts';
import { linesOf, withTables } from './tables.ts';

const root = join(import.meta.dirname, '../../..');
export const PICTURE = join(root, 'docs/pictures/rate.svg');
export const PAGE = join(root, 'docs/performance.md');

/** @throws SetupError (exit 65) when a file is none of the bench's documents */
export function writeFigures(files: readonly string[]): void {
  const { picture, page } = drawFigures(files);
  writeFileSync(PICTURE, picture);
  writeFileSync(PAGE, page);
  process.stderr.write('wrote docs/pictures/rate.svg and the tables of docs/performance.md\n');
}

/** What they are to be, by these documents. */
export function drawFigures(files: readonly string[]): { readonly picture: string; readonly page: string } {
  const reports = files.map(readReport);
  const page = withTables(readFileSync(PAGE, 'utf8'), reports);
  return { picture: renderRates(linesOf(reports)), page };
}

const EXIT_DATA = 65;

function readReport(file: string): Report {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    if (!Array.isArray(report.measured.rounds[0]?.results)) throw new Error('it has no rounds');
    return report;
  } catch (error) {
    throw new SetupError(`${file} is no document of the bench: ${(error as Error).message}`, EXIT_DATA);
  }
}
