/** Awards for what a member does: opening an account, passing the Readiness Test. */
import type { Account, Decision, DecisionCode, Entry } from '../account.ts';
import { type Effect, type Ground, applied, decided, postingFor, programStart, refused } from './effect.ts';
import { termsInForce } from '../terms.ts';

/** `welcome`, for freelancers, once: decided when the account opens. */
export function welcome(
  account: Account,
  ground: Ground,
): { account: Account; entries: readonly Entry[]; decision: Decision } {
  const withoutAward = (code: DecisionCode, detail: Readonly<Record<string, unknown>>) => ({
    account,
    entries: [],
    decision: decided(ground, 'welcome', code, detail),
  });
  if (account.kind === 'agency') return withoutAward('not-eligible', { kind: account.kind });
  const row = termsInForce(ground.terms, ground.effectiveAt);
  if (!row) return withoutAward('before-program', programStart(ground.terms));
  const posting = postingFor(account, ground, 'welcome');
  posting.post('welcome', row.welcome);
  const decision = decided(ground, 'welcome', 'awarded', {
    award: row.welcome,
    termsFrom: row.effectiveFrom,
  });
  return { account: posting.account, entries: posting.entries, decision };
}

/** `readiness-test`, for freelancers, once. */
export function passReadinessTest(account: Account, ground: Ground): Effect {
  const subject = 'readiness-test';
  const refuse = (code: DecisionCode, detail: Readonly<Record<string, unknown>> = {}) =>
    refused(account, decided(ground, subject, code, detail));
  if (account.kind === 'agency') return refuse('not-eligible', { kind: account.kind });
  if (account.status !== 'active') return refuse('account-inactive', { status: account.status });
  if (account.readinessAwarded) return refuse('already-awarded');
  const row = termsInForce(ground.terms, ground.effectiveAt);
  if (!row) return refuse('before-program', programStart(ground.terms));
  const posting = postingFor({ ...account, readinessAwarded: true }, ground, subject);
  posting.post('readiness-test', row.readinessTest);
  const detail = { award: row.readinessTest, termsFrom: row.effectiveFrom };
  return applied(posting.account, {
    entries: posting.entries,
    decisions: [decided(ground, subject, 'awarded', detail)],
  });
}
