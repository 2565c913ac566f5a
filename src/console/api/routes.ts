/** What /v1 shows and does; POST /v1/events and the description have files of their own. */
import { ACCOUNT_ANSWER_ROUTES } from './account-answers.ts';
import { ACCOUNT_ROUTES } from './accounts.ts';
import { ADJUSTMENT_ROUTES } from './adjustments.ts';
import { AUDIT_ROUTES } from './audit-log.ts';
import { BACKFILL_ROUTES } from './backfills.ts';
import { CHART_ROUTES } from './charts.ts';
import { DUE_ROUTES } from './due.ts';
import { CARE_ROUTES } from './failure-care.ts';
import { RERUN_ROUTES } from './failure-rerun.ts';
import { FAILURE_ROUTES } from './failures.ts';
import { HOLD_ROUTES } from './holds.ts';
import { LINK_ROUTES } from './member-links.ts';
import { NOTICE_ROUTES } from './notices.ts';
import { OVERVIEW_ROUTES } from './overview.ts';
import { REVERSAL_ROUTES } from './reversals.ts';
import type { ApiRoute } from './route.ts';
import { RUN_NOTE_ROUTES } from './run-notes.ts';
import { RUN_ROUTES } from './runs.ts';
import { TERMS_ROUTES } from './terms.ts';
import { WAITING_ROUTES } from './waiting-events.ts';

export const API_ROUTES: readonly ApiRoute[] = [
  ...OVERVIEW_ROUTES,
  ...DUE_ROUTES,
  ...CHART_ROUTES,
  ...RUN_ROUTES,
  ...RUN_NOTE_ROUTES,
  ...REVERSAL_ROUTES,
  ...FAILURE_ROUTES,
  ...RERUN_ROUTES,
  ...CARE_ROUTES,
  ...ACCOUNT_ROUTES,
  ...ACCOUNT_ANSWER_ROUTES,
  ...ADJUSTMENT_ROUTES,
  ...LINK_ROUTES,
  ...BACKFILL_ROUTES,
  ...NOTICE_ROUTES,
  ...HOLD_ROUTES,
  ...AUDIT_ROUTES,
  ...TERMS_ROUTES,
  ...WAITING_ROUTES,
];
