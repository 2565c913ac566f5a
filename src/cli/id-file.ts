/** A file of account ids, one a line. */
import { accountIdField } from '../domain/events/fields.ts';
import { invalidInput } from '../errors.ts';
import { nameOf, requireFile } from './file-faults.ts';
import { linesOf } from './lines.ts';

/** Faults that are told one by one. */
const FAULTS_MAX = 100;

/** Accounts of one file: what is asked for is kept with the backfill, and no column has room for a whole fleet. */
const IDS_MAX = 200_000;

/** @throws invalid-input `file`, naming every line that is no account id, or where there are too many */
export async function readIds(file: string): Promise<string[]> {
  await requireFile(file);
  const ids: string[] = [];
  const faults: string[] = [];
  for await (const { line, text } of linesOf(file)) {
    const id = text.trim();
    if (id === '') continue;
    if (accountIdField.safeParse(id).success) ids.push(id);
    else faults.push(`  line ${line}: expected an account id, 1 to 64 of A-Z a-z 0-9 . _ -`);
  }
  if (faults.length > 0)
    throw invalidInput('file', [`${nameOf(file)}:`, ...faults.slice(0, FAULTS_MAX)].join('\n'));
  if (ids.length > IDS_MAX)
    throw invalidInput(
      'file',
      `${nameOf(file)}: expected at most ${IDS_MAX} accounts, and found ${ids.length}`,
    );
  if (ids.length === 0) throw invalidInput('file', `${nameOf(file)} names no account`);
  return ids;
}
