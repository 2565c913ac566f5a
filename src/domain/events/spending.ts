/** Connects spent, bought and corrected, with no proposal behind them. */
import type { Account } from '../account.ts';
import { type Effect, type Ground, applied, decided, postingFor, refused } from './effect.ts';
import type { EventOf } from './events.ts';

/** `spend`, never below zero. */
export function spend(account: Account, { amount }: EventOf<'connects.spent'>, ground: Ground): Effect {
  const subject = `spend:${ground.eventId}`;
  const refusal = spendingRefusal(account, amount);
  if (refusal) return refused(account, decided(ground, subject, refusal.code, refusal.detail));
  const posting = postingFor(account, ground, subject);
  posting.post('spend', -amount);
  return applied(posting.account, { entries: posting.entries });
}

/** Why an account may not spend an amount; undefined when it may. */
export function spendingRefusal({ status, balance }: Account, asked: number) {
  if (status !== 'active') return { code: 'account-inactive', detail: { status, asked } } as const;
  if (asked > balance) return { code: 'insufficient-connects', detail: { asked, balance } } as const;
  return undefined;
}

/** `purchase`, whatever the status: what was paid for is given. */
export function purchase(
  account: Account,
  { amount }: EventOf<'connects.purchased'>,
  ground: Ground,
): Effect {
  const posting = postingFor(account, ground, `purchase:${ground.eventId}`);
  posting.post('purchase', amount);
  return applied(posting.account, { entries: posting.entries });
}

/** `adjustment` by an operator, whatever the status. */
export function adjust(account: Account, event: EventOf<'balance.adjusted'>, ground: Ground): Effect {
  const { amount: asked, reason } = event;
  const subject = `adjustment:${ground.eventId}`;
  const { balance } = account;
  if (balance + asked < 0)
    return refused(account, decided(ground, subject, 'insufficient-connects', { asked, balance, reason }));
  const posting = postingFor(account, ground, subject);
  posting.post('adjustment', asked);
  return applied(posting.account, { entries: posting.entries });
}
