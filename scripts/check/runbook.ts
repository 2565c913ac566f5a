/**
 * src/console/runbook.ts, generated from docs/runbook.md: `npx tsx scripts/check/runbook.ts` writes it. A test compares.
 */
import { writeFileSync } from 'node:fs';
import { RUNBOOK_ENTRIES, runbookModule } from './runbook-entries.ts';

writeFileSync(RUNBOOK_ENTRIES, await runbookModule());
