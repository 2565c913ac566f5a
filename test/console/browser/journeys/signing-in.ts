/** Signing in by a link and by a password; who may only look; a member's page by its link. */
import { linkMember, requiredMemberPages } from '../../../../src/operations/accounts/member-link.ts';
import { addUser } from '../../../../src/operations/upkeep/users.ts';
import type { Visitor } from '../../../support/browser.ts';
import { countOf } from '../../../support/state.ts';
import type { Morning } from './morning.ts';

const PASSWORD = 'a sentence is a good password';

export function signingIn(morning: Morning): void {
  describe('signing in', () => {
    it('is asked for before any page, and leads to the page that was asked for', async () => {
      const { db } = morning.stage.app;
      const { secret } = await addUser(
        { db },
        { name: 'jane', role: 'viewer', actor: 'stage', reason: null },
      );
      const visitor = await morning.browser.visitor(morning.stage.url);
      const { page } = visitor;
      await visitor.open(`sign-in/link/${secret}`);
      await page.getByLabel('New password').fill(PASSWORD);
      await page.getByLabel('The same again').fill(PASSWORD);
      await page.getByRole('button', { name: 'Set it and sign in' }).click();
      await page.getByRole('heading', { name: 'Overview' }).waitFor();
      await page.getByRole('button', { name: 'sign out' }).click();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await visitor.open('terms');
      visitor.expecting(401);
      await fillIn(visitor, 'wrong, and long enough');
      await page.getByRole('alert').waitFor();
      await fillIn(visitor, PASSWORD);
      await page.getByRole('heading', { name: 'Terms' }).first().waitFor();
      expect(page.url()).toBe(`${morning.stage.url}terms`);
    });

    it('by a link works once', async () => {
      const link = await morning.stage.linkFor('operator');
      const visitor = await morning.browser.visitor(morning.stage.url);
      await visitor.signIn(link);
      await visitor.open(link, 410);
      expect(await visitor.axe()).toEqual([]);
    });

    it('as a viewer shows every page and nothing to change, and the server refuses what is sent anyway', async () => {
      const { ids, url, app } = morning.stage;
      const visitor = await morning.as('viewer');
      await visitor.open(`backfills/${ids.pausedBackfill}`);
      expect(await visitor.page.getByRole('form', { name: 'Change it' }).count()).toBe(0);
      await visitor.open('backfills/new', 403);
      await visitor.open('');
      expect(await visitor.page.getByText(/^\d+ cycles missing in 2 holes$/).count()).toBe(1);
      expect(await visitor.page.locator('a[href^="/backfills/new"]').count()).toBe(0);
      const answer = await visitor.page.request.post(`${url}backfills/${ids.pausedBackfill}`, {
        form: { change: 'resume', reason: 'because I can' },
        headers: { Origin: new URL(url).origin },
      });
      expect(answer.status()).toBe(403);
      expect(await countOf(app.db, "SELECT COUNT(*) FROM backfills WHERE state = 'paused'")).toBe(1);
    });
  });

  describe('a member’s link', () => {
    const linkTo = async (lastsMs?: number): Promise<string> => {
      const { app, ids } = morning.stage;
      const { secret } = requiredMemberPages(app.config);
      const asked = { account: ids.member, lastsMs, actor: 'stage', reason: 'a question' };
      return `m/${(await linkMember({ db: app.db, secret }, asked)).token}`;
    };

    it('shows the member one page of his own, on a phone too, and leaves no cookie', async () => {
      const visitor = await morning.browser.visitor(morning.stage.url, { width: 360 });
      await visitor.open(await linkTo());
      await visitor.page.getByRole('heading', { name: 'Connects History' }).waitFor();
      expect(await visitor.overflow()).toBe(0);
      expect(await visitor.axe()).toEqual([]);
      expect(await visitor.context.cookies()).toEqual([]);
      expect(await visitor.page.getByRole('link', { name: 'Failures' }).count()).toBe(0);
    });

    it('is ended alone by an operator, from the list of those that are good', async () => {
      const { ids } = morning.stage;
      const [gone, kept] = [await linkTo(), await linkTo()];
      const visitor = await morning.as('operator');
      const { page } = visitor;
      const member = await morning.browser.visitor(morning.stage.url);
      await member.open(gone);
      await visitor.open(`accounts/${ids.member}`);
      await page.getByRole('link', { name: /^\d+ member links$/ }).click();
      const rows = page.getByRole('row').filter({ hasText: 'by stage' });
      const before = await rows.count();
      await rows
        .filter({ hasText: / ago|< 1 s|0 s/ })
        .first()
        .waitFor();
      // The latest comes first, and was never opened; the one before it was.
      expect(await rows.nth(0).textContent()).toContain('not yet');
      expect(await rows.nth(1).textContent()).not.toContain('not yet');
      await rows
        .nth(1)
        .getByRole('link', { name: /^End link/ })
        .click();
      expect(await visitor.axe()).toEqual([]);
      await page
        .getByRole('form', { name: /^End link/ })
        .getByLabel('Reason')
        .fill('to a stranger');
      await page.getByRole('button', { name: 'End this link' }).click();
      await page.getByText(/^Link \d+ leads nowhere any more\.$/).waitFor();
      expect(await rows.count()).toBe(before - 1);
      await member.open(gone, 410);
      await member.open(kept);
    });

    it('says that it has ended, and nothing where it was altered', async () => {
      const visitor = await morning.browser.visitor(morning.stage.url, { theme: 'dark' });
      const short = await linkTo(1_000);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      await visitor.open(short, 410);
      expect(await visitor.axe()).toEqual([]);
      const good = await linkTo();
      const altered = `${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'A'}`;
      await visitor.open(altered, 404);
      expect(await visitor.page.content()).not.toContain(morning.stage.ids.member);
    });
  });
}

async function fillIn({ page }: Visitor, password: string): Promise<void> {
  await page.getByLabel('Name').fill('jane');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
