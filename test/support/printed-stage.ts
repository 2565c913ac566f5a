/**
 * A stage on which printed commands are run: an installation with accounts, a run, somebody put aside, an event that
 * waits, a backfill, notices, a token, and a folder with every file that is named. What stands for a number or a file
 * becomes that of the stage.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startScheduler } from '../../jobs/start-scheduler.ts';
import { startWorker } from '../../jobs/start-worker.ts';
import { execute } from '../../src/db/query.ts';
import { startConsole } from '../../src/console/server.ts';
import { importRows } from './accounts.ts';
import { started, asking } from './backfilling.ts';
import type { Ended } from './cli.ts';
import { runHere } from './in-process.ts';
import { type Installation, install } from './installation.ts';
import { parseOnly, shellWords } from './printed-commands.ts';
import { countOf } from './state.ts';

/** An id of each kind of thing that commands name by number. */
interface Ids {
  readonly run: number;
  readonly backfill: number;
  readonly notice: number;
  readonly token: number;
  /** The code of a signed answer. */
  readonly signed: string;
}

/** What stands for the code of a signed answer. */
const SIGNED = 'K7QF-2M9D-XX4C';

/** By the words that a command begins with, what a number after them is. */
const NUMBERS: Record<string, Exclude<keyof Ids, 'signed'>> = {
  'connects run': 'run',
  'connects rerun': 'run',
  'connects reverse-run': 'run',
  'connects backfill': 'backfill',
  'connects notices': 'notice',
  'connects tokens': 'token',
};

const SCENARIO = {
  account: {
    id: 'a1',
    kind: 'freelancer',
    plan: 'basic',
    zone: 'UTC',
    anchorOn: '2021-01-01',
    trackedFrom: '2021-01-01T00:00:00Z',
    openingBalance: 0,
    status: 'active',
    readinessAwarded: false,
  },
  events: [],
  until: '2021-03-01T00:00:00Z',
};
const HEADER = 'account_id,kind,plan,email,zone,anchor_on,tracked_from,opening_balance,status';
const accountsFile = (id: string): string =>
  `${HEADER}\n${id},freelancer,basic,${id}@example.org,UTC,2021-01-01,2021-01-01T00:00:00Z,0,active\n`;
const eventsFile = (id: string): string =>
  `${JSON.stringify({ id, account: 'a1', at: '2021-02-02T10:00:00Z', type: 'connects.spent', amount: 1 })}\n`;

/** What each file that is named holds; one that a command writes holds nothing yet. */
const FILES: Record<string, string> = {
  'accounts.csv': accountsFile('new1'),
  'changed.csv': accountsFile('new2'),
  'events.ndjson': eventsFile('new-e1'),
  'mended.ndjson': eventsFile('new-e2'),
  'F.ndjson': eventsFile('new-e3'),
  $EVENTS: eventsFile('new-e4'),
  'scenario.json': JSON.stringify(SCENARIO),
};
/** `F.csv` stands for any file. */
const ANY_FILE: Record<string, string> = {
  'connects accounts import F.csv': accountsFile('new3'),
  'connects adjust --file F.csv': 'account_id,amount,reason,key\na1,+5,granted late,k-file-1\n',
  'connects simulate F.json': JSON.stringify(SCENARIO),
};
const WRITTEN: Record<string, string> = {
  'bad.csv': 'bad.csv',
  'bad.ndjson': 'bad.ndjson',
  '/tmp/preview': 'preview',
  PATH: 'connects.prom',
  '/var/lib/node_exporter/textfile/connects.prom': 'connects.prom',
};
/** Files of terms: those in force, and one more row, another one for each. */
const OF_TERMS = ['terms.json', 'right.json', 'F', 'F.json'];

/** They stay until they are asked to stop. */
const STAYING = ['connects worker', 'connects scheduler', 'connects console', 'connects serve'];
const STAYS_MS = 300;

export class PrintedStage {
  readonly #installation: Installation;
  readonly #folder: string;
  #ids: Ids;
  readonly #terms: readonly object[];
  #years = 0;

  private constructor(installation: Installation, folder: string, ids: Ids, terms: readonly object[]) {
    this.#installation = installation;
    this.#folder = folder;
    this.#ids = ids;
    this.#terms = terms;
  }

  static async set(): Promise<PrintedStage> {
    const folder = mkdtempSync(join(tmpdir(), 'connects-printed-'));
    const env = {
      CONNECTS_CONSOLE_PORT: '0',
      CONNECTS_SETTLE_ATTEMPTS: '1',
      CONNECTS_ANSWER_SECRET: 's'.repeat(32),
      CONNECTS_MEMBER_SECRET: 'm'.repeat(32),
      CONNECTS_MEMBER_URL: 'http://127.0.0.1',
      CONNECTS_ALERT_MAIL: 'ops@example.org',
    };
    const installation = await install({ env });
    const ids = await furnish(installation, folder);
    const shown = await runHere(['terms', 'show', '--json'], { app: installation.app });
    const [version] = JSON.parse(shown.stdout) as [{ terms: object[] }];
    return new PrintedStage(installation, folder, ids, version.terms);
  }

  /** Runs a command as it is printed, but for what stands for something. */
  async run(command: string): Promise<Ended> {
    const words = shellWords(command);
    const path = await parseOnly(words.slice(1));
    // One that was revoked, or ended, cannot be again.
    if (path === 'connects tokens revoke')
      this.#ids = { ...this.#ids, token: await addToken(this.#installation) };
    const { app } = this.#installation;
    const link = words.includes('--end') ? await addLink(this.#installation, words[3] ?? '') : '';
    const typed = words
      .slice(1)
      .map((word, index) =>
        words[index] === '--end' ? link : this.#filled(word, words.slice(0, index + 1)),
      );
    const signal = STAYING.includes(path) ? AbortSignal.timeout(STAYS_MS) : undefined;
    const processes = { startWorker, startScheduler, startConsole };
    return runHere(typed, { app, processes, ...(signal && { signal }) });
  }

  #filled(word: string, before: readonly string[]): string {
    const written = WRITTEN[word];
    if (written !== undefined) return join(this.#folder, written);
    if (word === SIGNED) return this.#ids.signed;
    const content = FILES[word] ?? ANY_FILE[[...before, word].join(' ')] ?? this.#termsIn(word);
    if (content !== undefined) return this.#file(word, content);
    const [flag = ''] = before.slice(-1);
    if (!/^\d+$/.test(word) || (flag.startsWith('--') && flag !== '--run')) return word;
    const named = flag === '--run' ? 'run' : NUMBERS[before.slice(0, 2).join(' ')];
    return named === undefined ? word : String(this.#ids[named]);
  }

  #termsIn(word: string): string | undefined {
    if (!OF_TERMS.includes(word)) return undefined;
    const [last] = this.#terms.slice(-1);
    this.#years += 1;
    return JSON.stringify([...this.#terms, { ...last, effectiveFrom: `${2100 + this.#years}-01-01` }]);
  }

  #file(name: string, content: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, content);
    return path;
  }

  async clear(): Promise<void> {
    rmSync(this.#folder, { recursive: true });
    await this.#installation.remove();
  }
}

/** `-a1` looks like a flag, `17` like a run; `late` is on a backfill's list, because it was taken over in February. */
async function furnish({ app, db }: Installation, folder: string): Promise<Ids> {
  const connects = async (...args: string[]): Promise<Ended> =>
    runHere(args, { app, processes: { startWorker } });
  const file = join(folder, 'furnishing');
  writeFileSync(file, accountsFile('a'));
  await connects('accounts', 'import', file);
  await importRows(app, [
    ...['a1', '-a1', '17', 'freelancer-0007', 'broken'].map((id) => ({ id })),
    { id: 'late', trackedFrom: '2021-04-15T00:00:00Z' },
  ]);
  await execute(db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = 'broken'");
  await connects('sweep', '--wait', '--work', '--as-of', '2021-05-01T00:00:00Z');
  const interview = { id: 'i-e1', account: 'a1', at: '2021-04-02T00:00:00Z', type: 'interview.requested' };
  const waiting = { account: 'broken', at: '2021-04-02T00:00:00Z', type: 'connects.spent', amount: 1 };
  const events = [
    { ...interview, interview: 'i7' },
    { ...waiting, id: 'e17' },
    { ...waiting, id: '17' },
    { ...waiting, id: 'EVENT' },
  ];
  writeFileSync(file, events.map((one) => `${JSON.stringify(one)}\n`).join(''));
  await connects('events', 'import', file);
  await connects('users', 'add', 'jane', '--role', 'viewer');
  const backfill = await started(app, asking('2021-02-01', '2021-03-31'));
  return {
    run: await countOf(db, "SELECT MIN(id) FROM runs WHERE kind = 'sweep'"),
    backfill: backfill.id,
    notice: await countOf(db, 'SELECT MIN(id) FROM outbox'),
    token: await addToken({ app, db }),
    signed: await signedAnswer({ app }),
  };
}

async function signedAnswer({ app }: Pick<Installation, 'app'>): Promise<string> {
  const { stdout } = await runHere(['account', 'explain', 'a1', '--sign', '--json'], { app });
  return (JSON.parse(stdout) as { signature: { code: string } }).signature.code;
}

/** @returns the number of a link to the account's page that is good */
async function addLink({ app }: Installation, account: string): Promise<string> {
  const made = await runHere(['account', 'link', account, '--reason', 'to end it', '--json'], { app });
  return String((JSON.parse(made.stdout) as { link: number }).link);
}

let tokens = 0;

async function addToken({ app, db }: Pick<Installation, 'app' | 'db'>): Promise<number> {
  tokens += 1;
  await runHere(['tokens', 'add', `token-${tokens}`, '--role', 'ingest'], { app });
  return countOf(db, 'SELECT MAX(id) FROM tokens');
}
