/** A file of account ids, one a line. */
import { accountIdField } from '../domain/events/fields.ts';
import { invalidInput } from '../errors.ts';
import { BadRows } from '../operations/imports/bad-rows.ts';
import { faultsOfFile } from './fault-list.ts';
import { nameOf, requireFile } from './file-faults.ts';
import { linesOf } from './lines.ts';

/** Accounts of one file: what is asked for is kept with the backfill, and no column has room for a whole fleet. */
const IDS_MAX = 200_000;
const NO_ID = { where: '', what: 'expected an account id, 1 to 64 of A-Z a-z 0-9 . _ -' };

/** @throws invalid-input `file`, naming lines that are no account id, or where there are too many */
export async function readIds(file: string): Promise<string[]> {
  await requireFile(file);
  const ids: string[] = [];
  const bad = new BadRows();
  for await (const { line, text } of linesOf(file)) {
    const id = text.trim();
    if (id === '') continue;
    if (!accountIdField.safeParse(id).success) bad.add({ line, faults: [NO_ID] });
    else if (ids.push(id) > IDS_MAX)
      throw invalidInput(
        'file',
        `${nameOf(file)}: expected at most ${IDS_MAX} accounts, and found ${ids.length} or more`,
      );
  }
  if (bad.count > 0) throw invalidInput('file', faultsOfFile(nameOf(file), bad));
  if (ids.length === 0) throw invalidInput('file', `${nameOf(file)} names no account`);
  return ids;
}
