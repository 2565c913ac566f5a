import { readFile } from 'node:fs/promises';

/** As Linux has it: `T` for a process that was stopped. */
export async function stateOf(pid: number | undefined): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.split(') ')[1]?.[0];
}
