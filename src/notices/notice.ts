/** Every kind of email, rendered from its facts. Pure. */
import {
  type InterviewFacts,
  type ReadinessFacts,
  type WelcomeFacts,
  interviewPage,
  readinessPage,
  welcomePage,
} from './award-notices.ts';
import { type BackfillFacts, type ReversalFacts, backfillPage, reversalPage } from './correction-notices.ts';
import { type GrantFacts, grantPage } from './grant-notice.ts';
import { type Footer, renderPage } from './layout.ts';
import { type NoticeKind, isOptional } from '../domain/notice-kinds.ts';
import { type Late, type Message, type NoticeContext, type Page, lateParagraph } from './page.ts';
import { type PaymentFacts, type UpgradeFacts, paymentPage, upgradePage } from './plan-notices.ts';
import { type ReminderFacts, reminderPage } from './reminder-notice.ts';

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
  const page = pageOf(told, context);
  return renderPage(
    context.late ? withLate(page, context.late, context.zone) : page,
    context,
    footerOf(told.kind),
  );
}

/** Said before all numbers: they are those of a day other than the member's own. */
function withLate(page: Page, late: Late, zone: string): Page {
  const [first, ...rest] = page.blocks;
  return { ...page, blocks: [...(first ? [first] : []), lateParagraph(late, zone), ...rest] };
}

function pageOf(told: NoticeFacts, context: NoticeContext): Page {
  switch (told.kind) {
    case 'grant':
      return grantPage(told, context);
    case 'welcome':
      return welcomePage(told, context);
    case 'readiness-test':
      return readinessPage(told, context);
    case 'interview-award':
      return interviewPage(told, context);
    case 'upgrade':
      return upgradePage(told, context);
    case 'payment-failed':
      return paymentPage(told, context);
    case 'backfill':
      return backfillPage(told, context);
    case 'reversal':
      return reversalPage(told, context);
    case 'reminder':
      return reminderPage(told, context);
  }
}

const footerOf = (kind: NoticeKind): Footer => ({
  why:
    kind === 'reminder'
      ? 'You get this email because Connects on your account are about to expire.'
      : 'You get this email because something changed about the Connects on your account.',
  optional: isOptional(kind),
});
