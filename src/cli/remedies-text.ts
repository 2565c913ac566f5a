/** What mends the findings of an audit: one remedy for each code, however many accounts it is about. */
import type { FindingCode } from '../domain/audit/audit.ts';
import type { AuditFinding } from '../operations/audits/audit.ts';
import { folded } from './prose.ts';
import { type Screen, type Words, linesOf, toned } from './screen.ts';
import { counted, formatCount } from './words.ts';

interface Found {
  readonly kept: readonly AuditFinding[];
  readonly counts: Partial<Record<FindingCode, number>>;
}

/** Mends whatever has a remedy, of all accounts at once. */
const FIX_ALL = 'connects audit --fix --reason "…" --yes';

export function remediesText(screen: Screen, { kept, counts }: Found): Words {
  const codes = [...new Set(kept.map((one) => one.code))];
  const parts = codes.map((code) => {
    const findings = kept.filter((one) => one.code === code);
    const head = [toned('act', code), `: ${counted(counts[code] ?? findings.length, 'finding')}`];
    return [folded(screen, head), ...remedyOf(findings).map((one) => remedyLine(screen, one))];
  });
  return linesOf(['', ...parts.flat()]);
}

/** A command is typed as it stands: it is not folded. */
const remedyLine = (screen: Screen, remedy: string): Words =>
  remedy.startsWith('connects ') ? `    ${remedy}` : folded(screen, `    ${remedy}`, 6);

function remedyOf(findings: readonly AuditFinding[]): string[] {
  const mends = [...new Set(findings.map((one) => one.mend))];
  const [first = ''] = mends;
  if (mends.length <= 1) return [first];
  if (findings.every((one) => one.remedy !== null)) return [FIX_ALL];
  return [first, `and likewise for ${formatCount(mends.length - 1)} more, which --json names`];
}
