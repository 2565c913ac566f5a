/** The tables of docs/architecture.md, the folders, and what the linter refuses are the same. */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');

/** By room, the rooms that it may import, as the table of this floor says. */
function tableOf(floor: string): Map<string, string[]> {
  const table = page.split(`| room of \`${floor}\``)[1]?.split('\n\n')[0] ?? '';
  const rows = table.split('\n').flatMap((line) => {
    const [, room, , allowed] = line.split('|').map((cell) => cell.trim());
    const name = /^`([a-z]+)`$/.exec(room ?? '')?.[1];
    return name ? [[name, allowed === 'none' ? [] : (allowed ?? '').split(', ')] as const] : [];
  });
  return new Map(rows);
}

const roomsIn = (floor: string): string[] =>
  readdirSync(join(root, floor), { withFileTypes: true })
    .filter((one) => one.isDirectory())
    .map((one) => one.name);

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'connects-rooms-'));
  copyFileSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The linter's word on scratch files that import one thing each. @returns the files that it refuses */
function refusedOf(imports: Readonly<Record<string, string>>): Set<string> {
  for (const [file, from] of Object.entries(imports)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `import { x } from '${from}';\nexport const y = x;\n`);
  }
  const files = Object.keys(imports);
  const command = [join(root, 'node_modules/.bin/oxlint'), '--format=json', ...files] as const;
  let told: string;
  try {
    told = execFileSync(command[0], command.slice(1), { cwd: folder, encoding: 'utf8' });
  } catch (error) {
    told = (error as { stdout: string }).stdout;
  }
  const { diagnostics } = JSON.parse(told) as { diagnostics: { code: string; filename: string }[] };
  const restricted = diagnostics.filter((one) => one.code.includes('no-restricted-imports'));
  return new Set(restricted.map((one) => one.filename));
}

describe.each(['src/operations', 'src/domain'])('the rooms of %s', (floor) => {
  const table = tableOf(floor);

  it('are those of the table', () => {
    expect([...table.keys()].toSorted()).toEqual(roomsIn(floor).toSorted());
  });

  it('import what the table says, and the linter refuses every other room', () => {
    const imports: Record<string, string> = {};
    const wrong = new Set<string>();
    for (const [room, allowed] of table)
      for (const other of table.keys()) {
        if (other === room) continue;
        const file = `${floor}/${room}/of-${other}.ts`;
        imports[file] = `../${other}/scratch.ts`;
        if (!allowed.includes(other)) wrong.add(file);
      }
    expect([...refusedOf(imports)].toSorted()).toEqual([...wrong].toSorted());
  });
});

it('the spine imports no room, operations no entry point, and the doctor no other room', () => {
  const imports = {
    'src/domain/spine.ts': './events/scratch.ts',
    'src/domain/audit/pure.ts': '../../db/query.ts',
    'src/operations/flat.ts': '../errors.ts',
    'src/operations/runs/entry.ts': '../../app.ts',
    'src/operations/runs/job.ts': '../../../jobs/scratch.ts',
    'src/operations/upkeep/doctor/visiting.ts': '../../runs/scratch.ts',
    'src/texts/asking.ts': '../db/query.ts',
    'src/texts/en/looking.ts': '../../domain/audit/scratch.ts',
    'src/domain/speaking.ts': '../texts/catalogue.ts',
    'src/ledger/up.ts': '../operations/runs/scratch.ts',
    'src/reports/writing.ts': '../outbox/outbox.ts',
    'src/json/asking.ts': '../cli/scratch.ts',
    'src/cli/driver.ts': 'mysql2',
    'jobs/telling.ts': '../src/cli/scratch.ts',
    'scripts/servers/measuring.ts': '../bench/measuring.ts',
  };
  expect([...refusedOf(imports)].toSorted()).toEqual(Object.keys(imports).toSorted());
});
