/** What docs/runbook.md says of the errors of accounts, as the console shows it beside those who have them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const RUNBOOK = join(process.cwd(), 'docs/runbook.md');
const SECTION = '## Errors of accounts';

/** By heading. */
export function runbookEntries(): Readonly<Record<string, object>> {
  const section = readFileSync(RUNBOOK, 'utf8').split(SECTION)[1]?.split(/^## /m)[0] ?? '';
  return Object.fromEntries(section.split(/^### /m).slice(1).map(entryOf));
}

function entryOf(text: string): readonly [string, object] {
  const heading = (text.split('\n')[0] ?? '').replaceAll('`', '');
  const part = (name: string): string => {
    const [, words = ''] =
      new RegExp(`^- \\*\\*${name}:?\\*\\*([^]*?)(?=^- \\*\\*|^\\S|\\Z)`, 'm').exec(`${text}\nEND`) ?? [];
    return words
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/\s+/g, ' ')
      .trim();
  };
  const [members, real, first, verify] = ['Members', 'Real\\?', 'First', 'Verify'].map(part);
  return [heading, { members, real, first, verify }];
}
