/** What `audit` of the whole fleet says of the sums that charts are drawn from. */
import type { Database } from '../db/connection.ts';
import type { FindingCode } from '../domain/audit/audit.ts';
import type { AuditFinding } from '../operations/audits/audit.ts';
import { type Drift, findDrift } from '../operations/upkeep/rebuild-rollups.ts';
import { counted } from './words.ts';

/** These say nothing of entries and cycles. After any other finding the sums may differ because the ledger does. */
const BESIDE_THE_LEDGER: ReadonlySet<FindingCode> = new Set([
  'balance-differs',
  'next-date-wrong',
  'notice-missing',
  'due-too-long',
  'failure-forgotten',
  'waiting-forgotten',
  'watermark-ahead',
]);

const NAMED_MAX = 3;

/** Undefined where they agree, where they are being counted still, or the ledger itself must be mended first. */
export async function rollupsDiffer(
  db: Database,
  found: readonly FindingCode[],
  signal: AbortSignal,
): Promise<AuditFinding | undefined> {
  if (found.some((code) => !BESIDE_THE_LEDGER.has(code))) return undefined;
  const drift = await findDrift(db, { signal });
  if (!drift || drift.length === 0) return undefined;
  return {
    code: 'rollups-differ',
    account: '',
    cycleOn: null,
    message: messageOf(drift),
    amount: 0,
    key: null,
    ageMs: 0,
    mend: 'connects rollups rebuild',
    remedy: null,
  };
}

/** `2 sums differ from the ledger: it has 5 Connects and 0 entries more as monthly-free on 2021-02-01; …`. */
function messageOf(drift: readonly Drift[]): string {
  const named = drift.slice(0, NAMED_MAX).map(({ measure, name, onDay, amount, quantity }) => {
    const rows = measure === 'entries' ? 'entries' : 'cycles';
    return `${signed(quantity)} ${rows} and ${signed(amount)} Connects as ${name} on ${onDay}`;
  });
  const more = drift.length > NAMED_MAX ? ', …' : '';
  return `${counted(drift.length, 'sum')} of the charts ${drift.length === 1 ? 'lacks' : 'lack'} of the ledger: ${named.join(', ')}${more}`;
}

const signed = (count: number): string => (count > 0 ? `+${count}` : String(count));
