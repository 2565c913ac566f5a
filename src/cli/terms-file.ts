/** A file of terms. */
import { type Terms, parseTerms } from '../domain/terms.ts';
import { invalidInput } from '../errors.ts';
import { formatFaults } from './fault-list.ts';
import { nameOf } from './file-faults.ts';
import { readJson } from './files.ts';

/** The terms, or every fault of the file. */
export const readTerms = async (file: string): Promise<ReturnType<typeof parseTerms>> =>
  parseTerms(await readJson(file));

/** @throws invalid-input `terms`, naming every fault */
export async function requireTerms(file: string): Promise<Terms> {
  const parsed = await readTerms(file);
  if (!parsed.ok) throw invalidInput('terms', formatFaults(nameOf(file), parsed.faults));
  return parsed.terms;
}
