/** A run watched while a worker goes on with it; then a missing week found, planned, filled. */
import { startWorker } from '../../../../jobs/start-worker.ts';
import { sweep } from '../../../../src/operations/runs/sweep.ts';
import { countOf } from '../../../support/state.ts';
import { until } from '../../../support/sweeping.ts';
import type { Morning } from './morning.ts';

export function watching(morning: Morning): void {
  describe('an operator with a worker', () => {
    let worker: ReturnType<typeof startWorker> | undefined;
    afterAll(() => worker?.stop());

    it('watches a run to its end on a page that is not loaded again', async () => {
      const { app, ids } = morning.stage;
      const visitor = await morning.as('viewer', { motion: true });
      const { page } = visitor;
      await visitor.open('');
      const run = page.getByRole('heading', { name: `Run ${ids.activeRun}` });
      await run.waitFor();
      await visitor.ask('window.sameDocument = true');
      worker = startWorker(app);
      await sweep(app.sweepDeps, { source: 'command', actor: 'dana' });
      await run.waitFor({ state: 'detached' });
      expect(await visitor.ask('window.sameDocument')).toBe(true);
    });

    it('filters failures by their error, and reruns that group under its number', async () => {
      const { app } = morning.stage;
      const group = "SELECT COUNT(*) FROM failures WHERE state = 'put-aside' AND code = 'unknown-zone'";
      const accounts = await countOf(app.db, group);
      await morning.stage.mend();
      const visitor = await morning.as('operator', { motion: true });
      const { page } = visitor;
      await visitor.open('failures');
      await page
        .getByRole('link', { name: /unknown-zone/ })
        .first()
        .click();
      await page.getByText(`All ${accounts} that match`).waitFor();
      await page.getByRole('link', { name: 'Rerun…' }).click();
      await page.getByLabel('Reason').fill('the zones are mended');
      await page.getByLabel(/the number of accounts/).fill(String(accounts + 1));
      visitor.expecting(422);
      visitor.expecting(409);
      const submit = page.getByRole('button', { name: `Rerun ${accounts} accounts` });
      await submit.click();
      await page.getByRole('alert').first().waitFor();
      expect(await countOf(app.db, group)).toBe(accounts);
      await page.getByLabel(/the number of accounts/).fill(String(accounts));
      await submit.click();
      await page.waitForURL(/runs\/\d+/);
      expect(await countOf(app.db, "SELECT COUNT(*) FROM runs WHERE kind = 'rerun'")).toBe(1);
      await until('all of them are settled', async () => (await countOf(app.db, group)) === 0);
    });

    it('plans a missing week, starts it, pauses and resumes it, and sees it done', async () => {
      const { app, holes } = morning.stage;
      const visitor = await morning.as('operator', { motion: true });
      const { page } = visitor;
      const isFilledFor = async (from: string, to: string): Promise<void> => {
        await page.getByRole('heading', { name: 'Where the holes are' }).waitFor();
        const fields = [page.getByLabel('From'), page.getByLabel('To', { exact: true })];
        expect(await Promise.all(fields.map((one) => one.inputValue()))).toEqual([from, to]);
      };
      // From the grid: all of it, a month of it, and the one hole.
      await visitor.open('');
      await page.getByRole('link', { name: /^Fill both holes, \d+ cycles$/ }).click();
      await isFilledFor(holes.underWay.from, holes.open.to);
      await visitor.open('');
      const grid = page.locator('svg.chart.wide').last();
      const [year, month = ''] = holes.open.from.split('-');
      const monthName = new Date(`${year}-${month}-01`).toLocaleString('en', { month: 'short' });
      await grid.getByRole('link', { name: new RegExp(`^${monthName} ${year}: \\d+ missing$`) }).click();
      await isFilledFor(holes.open.from, holes.open.to);
      await page
        .getByRole('link', { name: /^\d+ cycles missing/ })
        .first()
        .click();
      await isFilledFor(holes.open.from, holes.open.to);
      await page.getByLabel('Accounts a second').fill('1');
      await page.getByRole('button', { name: 'See what it would do' }).click();
      await page.getByRole('heading', { name: 'Start it' }).waitFor();
      expect(await visitor.axe()).toEqual([]);
      await page.getByLabel('Reason').fill('taken over a week late');
      await page.getByRole('button', { name: /^Grant [\d,]+ Connects$/ }).click();
      await page.waitForURL(/backfills\/\d+$/);

      const form = page.getByRole('form', { name: 'Change it' });
      const change = async (label: string, reason: string): Promise<void> => {
        await page.getByLabel('Reason').fill(reason);
        await form.getByRole('button', { name: label, exact: true }).click();
      };
      await change('Pause', 'a look at the first ones');
      await page.getByText('It is paused, and grants nothing.').waitFor();
      await change('Resume', 'they are right');
      await form.getByRole('button', { name: 'Pause', exact: true }).waitFor();
      await page.getByLabel('Reason').fill('nobody waits');
      await page.getByLabel('Accounts a second').fill('500');
      await page.getByRole('button', { name: 'Change the rate' }).click();
      await page.getByText('It has granted all that it could.').waitFor();
      const open = "SELECT COUNT(*) FROM backfills WHERE state = 'running'";
      expect(await countOf(app.db, open)).toBe(0);
    });
  });
}
