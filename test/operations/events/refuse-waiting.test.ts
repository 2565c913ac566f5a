/** Nothing that waits blocks an account for ever: it is listed with its reason, told wherever one looks, and can be refused. */
import { execute, selectRows } from '../../../src/db/query.ts';
import type { MemberEvent } from '../../../src/domain/events/events.ts';
import { auditFleet } from '../../../src/operations/audits/audit.ts';
import { type AccountRowGiven, importRows } from '../../support/accounts.ts';
import type { Ended } from '../../support/cli.ts';
import { bought, linesOf, opened, record, spent } from '../../support/facts.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';
import { checksumOf, readWhole } from '../../support/whole-account.ts';

let installation: Installation;
beforeAll(async () => {
  installation = await install();
  // A row that the database refuses, whoever tries: such as a bug of ours, or of an earlier version.
  await installation.db.raw(
    `CREATE TRIGGER refuse_bad BEFORE INSERT ON entries FOR EACH ROW
       IF NEW.subject LIKE '%bad%' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'never'; END IF`,
  );
});
afterAll(() => installation.remove());

const imported = (...given: AccountRowGiven[]): Promise<void> => importRows(installation.app, given);
const recorded = async (...events: MemberEvent[]): Promise<string[]> =>
  linesOf(await record(installation.app, events));
const connects = (...args: string[]): Promise<Ended> => runHere(args, { app: installation.app });
const listed = async (account: string): Promise<Record<string, unknown>[]> =>
  JSON.parse((await connects('events', 'waiting', 'list', '--account', account, '--json')).stdout) as Record<
    string,
    unknown
  >[];
const refuse = (event: string, ...more: string[]): Promise<Ended> =>
  connects('events', 'waiting', 'refuse', event, '--reason', 'sent by mistake', '--yes', ...more);
const statesOf = async (account: string): Promise<string[]> =>
  (
    await selectRows<{ id: string; state: string }>(
      installation.db,
      'SELECT id, state FROM events WHERE account_id = ? ORDER BY arrival',
      [account],
    )
  ).map(({ id, state }) => `${id} ${state}`);

/** An account with an event that can never be applied, and two that wait behind it. */
async function stuck(id: string): Promise<void> {
  await imported({ id, openingBalance: 20 });
  expect(
    await recorded(
      spent(`${id}-1`, id, '2021-01-10', 5),
      spent(`${id}-bad`, id, '2021-01-11', 1),
      spent(`${id}-3`, id, '2021-02-10', 100),
      bought(`${id}-4`, id, '2021-02-11', 7),
    ),
  ).toEqual(['applied', ...Array.from({ length: 3 }, () => 'waiting refused-by-trigger')]);
}

describe('events that wait', () => {
  it('are listed with account, type, since when and why; those behind the first name it', async () => {
    await stuck('list');
    const since = expect.stringMatching(/^\d{4}-.*Z$/) as string;
    const common = { account: 'list', since, code: 'refused-by-trigger', message: 'never', token: null };
    expect(await listed('list')).toEqual([
      { ...common, id: 'list-bad', type: 'connects.spent', at: '2021-01-11T00:00:00.000Z', behind: null },
      { ...common, id: 'list-3', type: 'connects.spent', at: '2021-02-10T00:00:00.000Z', behind: 'list-bad' },
      {
        ...common,
        id: 'list-4',
        type: 'connects.purchased',
        at: '2021-02-11T00:00:00.000Z',
        behind: 'list-bad',
      },
    ]);
    const text = await connects('events', 'waiting', 'list', '--account', 'list', '--limit', '2');
    expect(text.stdout).toMatch(/^list +list-bad +connects.spent +\S+Z +refused-by-trigger: never$/m);
    expect(text.stdout).toMatch(/^list +list-3 +.* +behind list-bad$/m);
    expect(text.stdout).not.toContain('list-4');
    expect(text.stderr).toContain('these are the first 2: see --limit');
    const lines = await connects('events', 'waiting', 'list', '--account', 'list', '--ndjson');
    expect(lines.stdout.trim().split('\n')).toHaveLength(3);
    expect(await connects('events', 'waiting', 'list', '--account', 'nobody')).toMatchObject({
      code: 0,
      stderr: 'no event waits\n',
    });
  });

  it('are told by explain, doctor and audit, also of an account that never opened', async () => {
    const { stdout } = await connects('account', 'explain', 'list', '--json');
    const { answers } = JSON.parse(stdout) as { answers: { code: string; evidence: unknown }[] };
    expect(answers.find((one) => one.code === 'waiting-events')?.evidence).toMatchObject({
      events: [{ id: 'list-bad', code: 'refused-by-trigger', behind: null }, {}, {}],
    });
    const doctor = await connects('doctor', '--json');
    const { findings } = JSON.parse(doctor.stdout) as { findings: { check: string; fix?: string }[] };
    expect(findings.find((one) => one.check === 'events')?.fix).toContain('connects events waiting list');

    expect(await recorded(opened('unborn-bad', 'unborn', '2021-01-05', { plan: 'plus' }))).toEqual([
      'waiting refused-by-trigger',
    ]);
    await execute(installation.db, "UPDATE events SET received_at = '2021-05-01' WHERE state = 'waiting'");
    const found: string[] = [];
    for await (const one of auditFleet(installation.db, { alarmAgeMs: 1_000 }))
      if (one.code === 'waiting-forgotten') found.push(one.message);
    expect(found).toEqual(
      ['list', 'unborn'].map(
        (id) => expect.stringContaining(`events waiting list --account ${id}"`) as string,
      ),
    );
    expect((await connects('account', 'explain', 'unborn')).stderr).toContain(
      '1 of its events wait to be applied, the first since 2021-05-01T00:00:00.000Z (refused-by-trigger)',
    );
  });
});

describe('refusing an event that waits', () => {
  it('asks for a reason and for --yes, and changes nothing in a dry run', async () => {
    await stuck('dry');
    const before = await checksumOf(installation.db);
    expect(await connects('events', 'waiting', 'refuse', 'dry-bad', '--yes')).toMatchObject({ code: 4 });
    expect(await connects('events', 'waiting', 'refuse', 'dry-bad', '--reason', 'x')).toMatchObject({
      code: 4,
    });
    const rehearsed = await connects('events', 'waiting', 'refuse', 'dry-bad', '--dry-run');
    expect(rehearsed).toMatchObject({ code: 0, stderr: 'dry run: nothing was written\n' });
    expect(rehearsed.stdout).toContain('event dry-3: refused\nevent dry-4: applied\n');
    expect(await checksumOf(installation.db)).toBe(before);
  });

  it('keeps the ledger as it is, says so by a decision, and takes up in order what waited behind it', async () => {
    await stuck('one');
    const { entries } = await readWhole(installation.db, 'one');
    const { code, stdout } = await refuse('one-bad', '--actor', 'olga', '--json');
    expect({ code, ...(JSON.parse(stdout) as object) }).toEqual({
      code: 0,
      account: 'one',
      event: 'one-bad',
      alsoRefused: [],
      takenUp: [
        { event: 'one-3', outcome: 'refused' },
        { event: 'one-4', outcome: 'applied' },
      ],
      stopped: null,
      dryRun: false,
    });
    expect(await statesOf('one')).toEqual([
      'one-1 applied',
      'one-bad refused',
      'one-3 refused',
      'one-4 applied',
    ]);
    const after = await readWhole(installation.db, 'one');
    expect(after.entries.slice(0, entries.length)).toEqual(entries);
    expect(after.entries.map((one) => one.kind)).toEqual(['spend', 'monthly-free', 'purchase']);
    expect(after.decisions.map(({ at, subject, code: decided }) => `${at} ${subject} ${decided}`)).toEqual([
      '2021-01-10T00:00:00.000Z event:one-bad refused-by-operator',
      '2021-02-01T00:00:00.000Z cycle:2021-02-01 granted',
      '2021-02-10T00:00:00.000Z spend:one-3 insufficient-connects',
    ]);
    expect(after.decisions[0]?.detail).toEqual({
      event: 'one-bad',
      occurredAt: '2021-01-11T00:00:00.000Z',
      type: 'connects.spent',
      reason: 'sent by mistake',
    });
    const audits = await selectRows(
      installation.db,
      "SELECT actor, reason, before_is, after_is FROM audit_log WHERE action = 'events.refuse' AND target = 'account:one'",
    );
    expect(audits).toEqual([
      {
        actor: 'olga',
        reason: 'sent by mistake',
        before_is: '{"event":"one-bad","type":"connects.spent","state":"waiting"}',
        after_is: '{"event":"one-bad","state":"refused"}',
      },
    ]);
    const told = await connects('account', 'explain', 'one', '--since', '2021-01-01');
    expect(told.stdout.replaceAll(/\s+/g, ' ')).toContain('could not be counted, and was set aside');
    const findings: string[] = [];
    const asOf = Date.parse('2021-02-20T00:00:00Z');
    for await (const one of auditFleet(installation.db, { asOf, alarmAgeMs: 1_000, accounts: ['one'] }))
      findings.push(one.code);
    expect(findings).toEqual([]);
  });

  it('goes on up to the next that cannot be applied, and ends with 3', async () => {
    await stuck('two');
    await recorded(spent('two-bad2', 'two', '2021-02-12', 1), spent('two-6', 'two', '2021-02-13', 1));
    const { code, stdout } = await refuse('two-bad');
    expect(code).toBe(3);
    expect(stdout).toContain(
      'event two-4: applied\nevent two-bad2 goes on waiting (refused-by-trigger: never)\n',
    );
    expect((await statesOf('two')).slice(-2)).toEqual(['two-bad2 waiting', 'two-6 waiting']);
    expect((await refuse('two-bad2')).code).toBe(0);
    expect((await statesOf('two')).slice(-2)).toEqual(['two-bad2 refused', 'two-6 applied']);
  });

  it('of an opening refuses all that waits for the account, which may then be opened by another event', async () => {
    expect(
      await recorded(
        opened('born-bad', 'born', '2021-01-05', { plan: 'plus' }),
        spent('born-2', 'born', '2021-01-06'),
      ),
    ).toEqual(['waiting refused-by-trigger', 'waiting refused-by-trigger']);
    const { code, stdout } = await refuse('born-bad', '--json');
    expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({ code: 0, alsoRefused: ['born-2'] });
    expect(await statesOf('born')).toEqual(['born-bad refused', 'born-2 refused']);
    expect(await recorded(opened('born-3', 'born', '2021-01-07'))).toEqual(['applied awarded']);
  });

  it('is told of an event that is unknown (6), and of one that does not wait (5)', async () => {
    expect(await refuse('nobody-knows')).toMatchObject({ code: 6 });
    expect(await refuse('one-4')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('does not wait'),
    });
    expect(await refuse('one-bad')).toMatchObject({ code: 5 });
  });
});
