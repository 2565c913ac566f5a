/** prune: ticks after 30 days and sessions that have ended; nothing else, ever. */
import { execute } from '../../../src/db/query.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { readChecksums } from '../../support/checksums.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';
import { countOf } from '../../support/state.ts';
import { sweepAndSend } from '../../support/sweeping.ts';

const DAY_MS = 86_400_000;

describe('prune', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await install({ env: { SMTP_URL: '' } });
    await importRows(installation.app, numbered('a', 5));
    await sweepAndSend(installation.app);
    for (const days of [29, 31, 400])
      await execute(
        installation.db,
        "INSERT INTO ticks (at, slot_at, source, outcome) VALUES (?, NULL, 'command', 'nothing-due')",
        [new Date(Date.now() - days * DAY_MS)],
      );
    for (const hours of [-1, 1])
      await execute(
        installation.db,
        'INSERT INTO sessions (hash, user_id, created_at, expires_at) VALUES (?, 1, ?, ?)',
        [`h${hours}`, new Date(), new Date(Date.now() + hours * 3_600_000)],
      );
  });
  afterAll(() => installation.remove());

  const prune = (...flags: string[]) => runHere(['prune', '--json', ...flags], { app: installation.app });

  it('as a dry run counts, and changes nothing', async () => {
    const before = await readChecksums(installation.db);
    const { code, stdout } = await prune('--dry-run');
    expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({
      code: 0,
      ticks: 2,
      sessions: 1,
      dryRun: true,
    });
    expect(await readChecksums(installation.db)).toEqual(before);
  });

  it('deletes as many, tells the audit log who and why, and leaves every other table as it was', async () => {
    const { ticks: _a, sessions: _b, audit_log: _c, ...before } = await readChecksums(installation.db);
    expect(JSON.parse((await prune('--reason', 'monthly', '--actor', 'anna')).stdout)).toMatchObject({
      ticks: 2,
      sessions: 1,
    });
    const { ticks: _d, sessions: _e, audit_log: _f, ...after } = await readChecksums(installation.db);
    expect(after).toEqual(before);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM ticks')).toBe(2);
    const told =
      "SELECT COUNT(*) FROM audit_log WHERE action = 'prune' AND actor = 'anna' AND reason = 'monthly'";
    // One for the ticks, one for the session.
    expect(await countOf(installation.db, told)).toBe(2);
    expect(JSON.parse((await prune()).stdout)).toMatchObject({ ticks: 0, sessions: 0 });
  });
});
