/** Every kind of email, rendered from its facts. Pure. */
import { localDateOf } from '../domain/calendar.ts';
import { isOptional } from '../domain/notice-kinds.ts';
import {
  type InterviewFacts,
  type ReadinessFacts,
  type WelcomeFacts,
  interviewPage,
  readinessPage,
  welcomePage,
} from './award-notices.ts';
import { type BackfillFacts, type ReversalFacts, backfillPage, reversalPage } from './correction-notices.ts';
import { footerOf } from './footer.ts';
import type { GrantFacts } from './grant-facts.ts';
import { grantPage } from './grant-notice.ts';
import { renderHtml } from './layout.ts';
import type { Late, Message, NoticeContext, Page } from './page.ts';
import { type PaymentFacts, type UpgradeFacts, paymentPage, upgradePage } from './plan-notices.ts';
import { type ReminderFacts, reminderPage } from './reminder-notice.ts';
import { renderText } from './text-layout.ts';
import { type Voice, voiceOf } from './voice.ts';

export type NoticeFacts =
  | GrantFacts
  | WelcomeFacts
  | ReadinessFacts
  | InterviewFacts
  | UpgradeFacts
  | PaymentFacts
  | BackfillFacts
  | ReversalFacts
  | ReminderFacts;

export function renderNotice(told: NoticeFacts, context: NoticeContext): Message {
  const voice = voiceOf(context);
  const plain = pageOf(told, context, voice);
  const page = context.late ? withLate(plain, context.late, context, voice) : plain;
  const footer = footerOf(context, voice, {
    isReminder: told.kind === 'reminder',
    isOptional: isOptional(told.kind),
  });
  return {
    subject: page.subject,
    text: renderText(page, footer, voice),
    html: renderHtml(page, footer, voice),
  };
}

/** What tells of a day other than the member's own says so right below its number. */
function withLate(page: Page, late: Late, { zone }: NoticeContext, voice: Voice): Page {
  const { occurredAt, reachedAt, effectiveAt, afterCycleOn } = late;
  const isOneDay = localDateOf(occurredAt, zone) === localDateOf(effectiveAt, zone);
  const [happened, reached, decided] = [occurredAt, reachedAt, effectiveAt].map((at) =>
    isOneDay ? voice.moment(at) : voice.day(localDateOf(at, zone)),
  ) as [string, string, string];
  const days = { happened, reached, decided };
  const sentence =
    afterCycleOn === null
      ? voice.say.late(days)
      : voice.say.lateAfterCycle({ ...days, cycle: voice.day(afterCycleOn) });
  return { ...page, sentences: [...page.sentences, sentence] };
}

function pageOf(told: NoticeFacts, context: NoticeContext, voice: Voice): Page {
  switch (told.kind) {
    case 'grant':
      return grantPage(told, context, voice);
    case 'welcome':
      return welcomePage(told, context, voice);
    case 'readiness-test':
      return readinessPage(told, context, voice);
    case 'interview-award':
      return interviewPage(told, context, voice);
    case 'upgrade':
      return upgradePage(told, context, voice);
    case 'payment-failed':
      return paymentPage(told, context, voice);
    case 'backfill':
      return backfillPage(told, context, voice);
    case 'reversal':
      return reversalPage(told, context, voice);
    case 'reminder':
      return reminderPage(told, context, voice);
  }
}
