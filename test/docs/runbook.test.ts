/** The runbook and the operations page keep up with the code: every alert, code, metric, setting and command. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { commandsOf, pathOf } from '../../src/cli/frame.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { SETTINGS } from '../../src/config.ts';
import { describeRowError } from '../../src/db/errors.ts';
import { FINDING_CODES } from '../../src/domain/audit/audit.ts';
import { METRICS } from '../../src/metrics.ts';
import { BEGIN, END, faultLists } from '../../scripts/check/fault-table.ts';
import { RUNBOOK } from '../support/drill.ts';
import { keepingCli } from '../support/in-process.ts';

const root = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = ['src', 'jobs'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(join(folder, name))),
);
const ALERTS = read('deploy/alerts.yaml');
const OPERATIONS = read('docs/operations.md');
const headings = [...RUNBOOK.matchAll(/^### `?(.+?)`?$/gm)].map(([, name]) => name as string);

const THROWN = [
  /(?:invalidInput|brokenRule|unavailable|configuration|conflict|refused|notFound)\(\s*'([a-z0-9-]+)'/g,
  /new ConnectsError\(\s*'[a-z-]+',\s*'([a-z0-9-]+)'/g,
  /log\.(?:warn|error)\(\s*\{[^}]*?code: '([a-z0-9-]+)'/g,
];
/** Codes that are kept in a table instead of being thrown where they are written. */
const OF_ROWS = [1062, 1153, 1264, 1452, 1644, 3819, 4025].map(
  (errno) => describeRowError({ errno, sqlMessage: '' }).code,
);

function codesInSources(): string[] {
  const found = sources.flatMap((text) =>
    THROWN.flatMap((pattern) => [...text.matchAll(pattern)].map(([, code]) => code as string)),
  );
  return [...new Set([...found, ...OF_ROWS, 'unexpected', 'earlier-events-wait'])].toSorted();
}

/** What the text of a heading says, by its first words. */
function entryOf(heading: string): string {
  const at = RUNBOOK.search(new RegExp(`^### \`?${heading.replaceAll('…', '.')}\`?$`, 'm'));
  return RUNBOOK.slice(at).split(/^##+ /m)[1] ?? '';
}

describe('the runbook', () => {
  it('has a heading for every error code in the sources', () => {
    const codes = codesInSources();
    expect(codes).toContain('unknown-zone');
    expect(codes.length).toBeGreaterThan(50);
    expect(codes.filter((code) => !headings.includes(code))).toEqual([]);
  });

  it('has a heading for every finding of the audit', () => {
    expect(FINDING_CODES.filter((code) => !headings.includes(code))).toEqual([]);
  });

  it('has a heading for every alert, and every alert asks for metrics that there are', () => {
    const alerts = [...ALERTS.matchAll(/- alert: (\w+)/g)].map(([, name]) => name as string);
    expect(alerts.length).toBeGreaterThan(10);
    expect(alerts.filter((name) => !headings.includes(name))).toEqual([]);
    const asked = [...ALERTS.matchAll(/\bconnects_[a-z_]+/g)].map(([name]) => name);
    expect([...new Set(asked)].filter((name) => !(name in METRICS))).toEqual([]);
  });

  it('says of each what it means, whether it is real, what to do first, how to verify and undo', () => {
    const entries = headings.filter((name) => !name.startsWith('Drill: '));
    const incomplete = entries.filter((name) =>
      ['Members', 'Real?', 'First', 'Verify', 'Undo'].some(
        (part) => !new RegExp(`^- \\*\\*${part.replace('?', '\\?')}:?\\*\\* \\S`, 'm').test(entryOf(name)),
      ),
    );
    expect(incomplete).toEqual([]);
  });

  it('has no heading twice', () => {
    expect(headings.filter((name, index) => headings.indexOf(name) !== index)).toEqual([]);
  });

  it('is named by the alert of the log, and by the hints of doctor', () => {
    const named = sources.flatMap((text) => [...text.matchAll(/\bConnects[A-Z]\w+/g)].map(([name]) => name));
    const alerts = new Set(named.filter((name) => name !== 'ConnectsError'));
    expect([...alerts].filter((name) => !headings.includes(name))).toEqual([]);
  });
});

describe('the operations page', () => {
  it('lists every setting and every metric', () => {
    expect(SETTINGS.filter((name) => !OPERATIONS.includes(`\`${name}\``))).toEqual([]);
    expect(Object.keys(METRICS).filter((name) => !OPERATIONS.includes(`\`${name}`))).toEqual([]);
  });
});

describe('what servers say', () => {
  it('is listed as src/servers has it: scripts/check/faults.ts writes the list', () => {
    const [, written = ''] = OPERATIONS.split(BEGIN);
    expect(written.slice(0, written.indexOf(END)).trim()).toBe(faultLists());
  });
});

describe('commands in both', () => {
  const program = buildProgram(keepingCli().cli, '0.0.0');
  const known = new Map(commandsOf(program).map((one) => [pathOf(one), one]));
  const written = [
    ...`${RUNBOOK}\n${OPERATIONS}`.matchAll(
      /(?:`|^(?:[*\d/ ]+ {2})?|ExecStart=\S*\/)connects ([a-z][^`#\n]*)/gm,
    ),
  ];

  it('exist, with their flags', () => {
    const wrong = written.flatMap(([, words = '']) => {
      const found = commandOf(words);
      if (!found) return [words];
      const flags = [...words.matchAll(/ (--[a-z-]+)/g)].map(([, flag]) => flag as string);
      return flags
        .filter((flag) => ![...found.options, ...program.options].some((one) => one.long === flag))
        .map((flag) => `${words}: ${flag}`);
    });
    expect(written.length).toBeGreaterThan(80);
    expect(wrong).toEqual([]);
  });

  /** The longest path of words that is a command. */
  function commandOf(words: string) {
    const parts = words.trim().split(/\s+/);
    for (let count = Math.min(3, parts.length); count > 0; count -= 1) {
      const found = known.get(`connects ${parts.slice(0, count).join(' ')}`);
      if (found) return found;
    }
    return undefined;
  }
});
