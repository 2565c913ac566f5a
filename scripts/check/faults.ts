/**
 * What servers say, in docs/operations.md, from src/servers. `npx tsx scripts/check/faults.ts` writes it and
 * test/docs/runbook.test.ts compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BEGIN, END, faultLists } from './fault-table.ts';

const FILE = join(import.meta.dirname, '../../docs/operations.md');
const [before = '', rest = ''] = readFileSync(FILE, 'utf8').split(BEGIN);
const after = rest.slice(rest.indexOf(END));
writeFileSync(FILE, `${before}${BEGIN}\n\n${faultLists()}\n\n${after}`);
