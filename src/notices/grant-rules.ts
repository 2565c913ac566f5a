/** The small print of the monthly Connects: what the plan brings, why something expired, when the next cycle begins. */
import type { Settlement } from '../domain/settle.ts';
import type { GrantFacts, GrantSums } from './grant-facts.ts';
import { type NoticeContext, stated } from './page.ts';
import type { Voice } from './voice.ts';

export function grantRules(
  told: GrantFacts,
  sums: GrantSums,
  context: NoticeContext,
  voice: Voice,
): readonly string[] {
  const { say, texts } = voice;
  return stated([
    ...planRules(told.cycles, voice),
    ...rolloverRules(told.cycles, context, voice),
    sums.recovered > 0 ? say.grantRecovered({ recovered: sums.recovered }) : undefined,
    sums.between === 0 ? undefined : say.grantBetween({ amount: texts.signed(sums.between) }),
    dateRule(told, context, voice),
  ]);
}

function planRules(cycles: readonly Settlement[], voice: Voice): string[] {
  return [...new Set(cycles.flatMap((one) => planRule(one, voice) ?? []))];
}

function planRule({ plan, free, paid }: Settlement, voice: Voice): string | undefined {
  const { say } = voice;
  const named = voice.plan(plan);
  if (free > 0 && paid > 0) return say.grantPlanBoth({ plan: named, free, paid });
  if (free > 0) return say.grantPlanFree({ plan: named, free });
  return paid > 0 ? say.grantPlanPaid({ plan: named, paid }) : undefined;
}

/** Of one cycle with its own numbers; of several there is a table, and what they have in common. */
function rolloverRules(
  cycles: readonly Settlement[],
  { isAgency }: NoticeContext,
  { say, day }: Voice,
): string[] {
  const expiring = cycles.filter((one) => one.expired > 0);
  if (expiring.length === 0) return [];
  const caps = [...new Set(expiring.map((one) => one.cap ?? 0))];
  const [only] = cycles.length === 1 ? expiring : [];
  const limits = only
    ? [
        say.grantRollover({
          on: day(only.cycleOn),
          opening: only.opening,
          cap: only.cap ?? 0,
          expired: only.expired,
          grants: only.free + only.paid > 0 ? 'yes' : 'no',
        }),
      ]
    : caps.map((cap) => say.rolloverRule({ cap }));
  return [...limits, say.rolloverCounts({ agency: isAgency ? 'yes' : 'no' })];
}

function dateRule({ cycles, current, since }: GrantFacts, context: NoticeContext, voice: Voice): string {
  const { say, texts } = voice;
  const last = cycles.at(-1) as Settlement;
  const { on, nextOn } = current ?? { on: last.cycleOn, nextOn: last.nextOn };
  if (context.isClosed) return say.closed();
  if (since?.what === 'plan-change') return say.grantPlanChanged({ on: voice.day(since.countsFromOn) });
  const days = texts.days(on, nextOn);
  if (since) return say.grantLaterCycle({ days });
  const [from = 0, to = 0] = [on, nextOn].map((one) => Number(one.slice(8, 10)));
  return from === to && to <= 28
    ? say.grantDaysMonthly({ days, day: texts.dayOfMonth(nextOn) })
    : say.grantDaysMonthEnd({ days });
}
