/** A member's question: explained, copied as a reply, and the history as a file. */
import { readFile } from 'node:fs/promises';
import { countOf } from '../../../support/state.ts';
import type { Morning } from './morning.ts';

export function asking(morning: Morning): void {
  describe('a member’s question', () => {
    it('about an interview is answered on the page, and copied as a reply', async () => {
      const { ids, url } = morning.stage;
      const visitor = await morning.as('viewer');
      const { page, context } = visitor;
      await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(url).origin });
      await visitor.open(`accounts/${ids.member}`);
      await page.getByLabel('Interview, proposal, date or since').fill(ids.interview);
      await page.getByRole('button', { name: 'Ask' }).click();
      const answer = page.locator('.quote').first();
      await answer.waitFor();
      expect(await answer.textContent()).toMatch(/50 Connects|7 days/);
      await page.getByText('Copy as a reply to the member').click();
      await page.getByRole('button', { name: 'Copy', exact: true }).click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      const copied = await visitor.ask<string>('navigator.clipboard.readText()');
      expect(copied).toBe(await page.getByLabel('Reply to the member').inputValue());
      expect(copied.length).toBeGreaterThan(80);
    });

    it('is answered without script, too, and a line of the history opens in place', async () => {
      const { ids } = morning.stage;
      const visitor = await morning.as('viewer', { script: false, width: 768 });
      const { page } = visitor;
      await visitor.open(`accounts/${ids.member}`);
      await page.getByLabel('Interview, proposal, date or since').fill(ids.interview);
      await page.getByRole('button', { name: 'Ask' }).click();
      await page.locator('.quote').first().waitFor();
      await visitor.open(`accounts/${ids.member}?type=grants`);
      await page
        .getByRole('link', { name: /^Why: / })
        .first()
        .click();
      await page.locator('td .quote, tr .quote').first().waitFor();
    });

    it('is answered by the history as a file, each entry a line', async () => {
      const { ids, app } = morning.stage;
      const visitor = await morning.as('viewer');
      await visitor.open(`accounts/${ids.member}`);
      const arriving = visitor.page.waitForEvent('download');
      await visitor.page.getByRole('link', { name: 'CSV' }).click();
      const file = await arriving;
      expect(file.suggestedFilename()).toBe(`connects-history-${ids.member}.csv`);
      const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\n');
      const entries = await countOf(app.db, 'SELECT COUNT(*) FROM entries WHERE account_id = ?', [
        ids.member,
      ]);
      expect(lines.length).toBe(entries + 1);
    });
  });
}
