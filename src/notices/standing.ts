/** Where the member stands: the balance, said as of now, and what comes next. */
import type { NoticeContext } from './page.ts';
import type { Voice } from './voice.ts';

/** @param made the balance after what the email tells of: another one now is said beside it */
export function standingSentence(made: number, context: NoticeContext, voice: Voice): string {
  const { balance, next } = context;
  if (made !== balance) {
    const had = voice.say.hadAndHave({ made, balance });
    const comes = nextSentence(context, voice);
    return comes === undefined ? had : `${had} ${comes}`;
  }
  if (next === null) return voice.say.have({ balance });
  const on = voice.day(next.on);
  return next.amount > 0
    ? voice.say.haveAndNext({ balance, next: next.amount, on })
    : voice.say.haveAndCycle({ balance, on });
}

/** Undefined where nothing is to come. */
export function nextSentence({ next }: NoticeContext, { say, day }: Voice): string | undefined {
  if (next === null) return undefined;
  const on = day(next.on);
  return next.amount > 0 ? say.next({ next: next.amount, on }) : say.nextCycle({ on });
}
