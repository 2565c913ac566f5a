/** What /v1 shows and does; POST /v1/events and the description have files of their own. */
import { ACCOUNT_ANSWER_ROUTES } from './account-answers.ts';
import { ACCOUNT_ROUTES } from './accounts.ts';
import { ADJUSTMENT_ROUTES } from './adjustments.ts';
import { AUDIT_ROUTES } from './audit-log.ts';
import { BACKFILL_ROUTES } from './backfills.ts';
import { CHART_ROUTES } from './charts.ts';
import { DUE_ROUTES } from './due.ts';
import { FAILURE_ROUTES } from './failures.ts';
import { HOLD_ROUTES } from './holds.ts';
import { NOTICE_ROUTES } from './notices.ts';
import { OVERVIEW_ROUTES } from './overview.ts';
import type { ApiRoute } from './route.ts';
import { RUN_ROUTES } from './runs.ts';
import { TERMS_ROUTES } from './terms.ts';

export const API_ROUTES: readonly ApiRoute[] = [
  ...OVERVIEW_ROUTES,
  ...DUE_ROUTES,
  ...CHART_ROUTES,
  ...RUN_ROUTES,
  ...FAILURE_ROUTES,
  ...ACCOUNT_ROUTES,
  ...ACCOUNT_ANSWER_ROUTES,
  ...ADJUSTMENT_ROUTES,
  ...BACKFILL_ROUTES,
  ...NOTICE_ROUTES,
  ...HOLD_ROUTES,
  ...AUDIT_ROUTES,
  ...TERMS_ROUTES,
];
