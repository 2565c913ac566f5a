/**
 * Every migration, in order. Forward only, one schema change each, because DDL commits by itself; each may run twice,
 * because a crash can fall between the change and its record. The first 28 make one table or view each, in an order in
 * which all that one refers to is there; a later change to a table is a step of its own at the end. Names carry no
 * extension: `.ts` here is `.js` in the image.
 */
import { sql as m0001 } from './0001_terms_versions.ts';
import { sql as m0002 } from './0002_accounts.ts';
import { sql as m0003 } from './0003_contacts.ts';
import { sql as m0004 } from './0004_account_spans.ts';
import { sql as m0005 } from './0005_inactive_openings.ts';
import { sql as m0006 } from './0006_cycles.ts';
import { sql as m0007 } from './0007_entries.ts';
import { sql as m0008 } from './0008_decisions.ts';
import { sql as m0009 } from './0009_all_decisions.ts';
import { sql as m0010 } from './0010_amendments.ts';
import { sql as m0011 } from './0011_lapses.ts';
import { sql as m0012 } from './0012_events.ts';
import { sql as m0013 } from './0013_proposals.ts';
import { sql as m0014 } from './0014_interviews.ts';
import { sql as m0015 } from './0015_awards.ts';
import { sql as m0016 } from './0016_runs.ts';
import { sql as m0017 } from './0017_run_accounts.ts';
import { sql as m0018 } from './0018_run_stops.ts';
import { sql as m0019 } from './0019_failures.ts';
import { sql as m0020 } from './0020_ticks.ts';
import { sql as m0021 } from './0021_backfills.ts';
import { sql as m0022 } from './0022_backfill_items.ts';
import { sql as m0023 } from './0023_outbox.ts';
import { sql as m0024 } from './0024_mail_hold.ts';
import { sql as m0025 } from './0025_audit_log.ts';
import { sql as m0026 } from './0026_tokens.ts';
import { sql as m0027 } from './0027_users.ts';
import { sql as m0028 } from './0028_sessions.ts';
import { sql as m0029 } from './0029_event_waits.ts';
import { sql as m0030 } from './0030_audit_log_actor.ts';
import { sql as m0031 } from './0031_rounds.ts';
import { sql as m0032 } from './0032_mail_refusals.ts';
import { sql as m0033 } from './0033_mail_outage.ts';
import { sql as m0034 } from './0034_installation.ts';
import { sql as m0035 } from './0035_token_limits.ts';
import { sql as m0036 } from './0036_events_token.ts';
import { sql as m0037 } from './0037_contacts_email.ts';
import { sql as m0038 } from './0038_proposals_by_id.ts';
import { sql as m0039 } from './0039_interviews_by_id.ts';
import { sql as m0040 } from './0040_outbox_suppressed.ts';
import { sql as m0041 } from './0041_runs_asked.ts';
import { sql as m0042 } from './0042_signed_answers.ts';
import { sql as m0043 } from './0043_alerts.ts';
import { sql as m0044 } from './0044_alert_messages.ts';
import { sql as m0045 } from './0045_failure_care.ts';
import { sql as m0046 } from './0046_ledger_hold.ts';
import { sql as m0047 } from './0047_ticks_held.ts';
import { sql as m0048 } from './0048_run_notes.ts';
import { sql as m0049 } from './0049_backfills_approval.ts';
import { sql as m0050 } from './0050_backfills_window.ts';
import { sql as m0051 } from './0051_users_links.ts';
import { sql as m0052 } from './0052_sessions_whose.ts';
import { sql as m0053 } from './0053_rollup_deltas.ts';
import { sql as m0054 } from './0054_rollups.ts';
import { sql as m0055 } from './0055_fleet_counts.ts';
import { sql as m0057 } from './0057_run_samples.ts';
import { sql as m0058 } from './0058_runs_version.ts';
import { sql as m0059 } from './0059_contacts_locale.ts';
import { sql as m0060 } from './0060_fleet_samples.ts';
import { sql as m0061 } from './0061_member_links.ts';
import { sql as m0062 } from './0062_run_batch_times.ts';
import { sql as m0063 } from './0063_member_links_made.ts';
import { sql as m0064 } from './0064_amendments_of_reversed.ts';
import { sql as m0065 } from './0065_fleet_samples_mail.ts';
import { sql as m0066 } from './0066_outbox_tried.ts';

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
  { name: '0001_terms_versions', sql: m0001 },
  { name: '0002_accounts', sql: m0002 },
  { name: '0003_contacts', sql: m0003 },
  { name: '0004_account_spans', sql: m0004 },
  { name: '0005_inactive_openings', sql: m0005 },
  { name: '0006_cycles', sql: m0006 },
  { name: '0007_entries', sql: m0007 },
  { name: '0008_decisions', sql: m0008 },
  { name: '0009_all_decisions', sql: m0009 },
  { name: '0010_amendments', sql: m0010 },
  { name: '0011_lapses', sql: m0011 },
  { name: '0012_events', sql: m0012 },
  { name: '0013_proposals', sql: m0013 },
  { name: '0014_interviews', sql: m0014 },
  { name: '0015_awards', sql: m0015 },
  { name: '0016_runs', sql: m0016 },
  { name: '0017_run_accounts', sql: m0017 },
  { name: '0018_run_stops', sql: m0018 },
  { name: '0019_failures', sql: m0019 },
  { name: '0020_ticks', sql: m0020 },
  { name: '0021_backfills', sql: m0021 },
  { name: '0022_backfill_items', sql: m0022 },
  { name: '0023_outbox', sql: m0023 },
  { name: '0024_mail_hold', sql: m0024 },
  { name: '0025_audit_log', sql: m0025 },
  { name: '0026_tokens', sql: m0026 },
  { name: '0027_users', sql: m0027 },
  { name: '0028_sessions', sql: m0028 },
  { name: '0029_event_waits', sql: m0029 },
  { name: '0030_audit_log_actor', sql: m0030 },
  { name: '0031_rounds', sql: m0031 },
  { name: '0032_mail_refusals', sql: m0032 },
  { name: '0033_mail_outage', sql: m0033 },
  { name: '0034_installation', sql: m0034 },
  { name: '0035_token_limits', sql: m0035 },
  { name: '0036_events_token', sql: m0036 },
  { name: '0037_contacts_email', sql: m0037 },
  { name: '0038_proposals_by_id', sql: m0038 },
  { name: '0039_interviews_by_id', sql: m0039 },
  { name: '0040_outbox_suppressed', sql: m0040 },
  { name: '0041_runs_asked', sql: m0041 },
  { name: '0042_signed_answers', sql: m0042 },
  { name: '0043_alerts', sql: m0043 },
  { name: '0044_alert_messages', sql: m0044 },
  { name: '0045_failure_care', sql: m0045 },
  { name: '0046_ledger_hold', sql: m0046 },
  { name: '0047_ticks_held', sql: m0047 },
  { name: '0048_run_notes', sql: m0048 },
  { name: '0049_backfills_approval', sql: m0049 },
  { name: '0050_backfills_window', sql: m0050 },
  { name: '0051_users_links', sql: m0051 },
  { name: '0052_sessions_whose', sql: m0052 },
  { name: '0053_rollup_deltas', sql: m0053 },
  { name: '0054_rollups', sql: m0054 },
  { name: '0055_fleet_counts', sql: m0055 },
  { name: '0057_run_samples', sql: m0057 },
  { name: '0058_runs_version', sql: m0058 },
  { name: '0059_contacts_locale', sql: m0059 },
  { name: '0060_fleet_samples', sql: m0060 },
  { name: '0061_member_links', sql: m0061 },
  { name: '0062_run_batch_times', sql: m0062 },
  { name: '0063_member_links_made', sql: m0063 },
  { name: '0064_amendments_of_reversed', sql: m0064 },
  { name: '0065_fleet_samples_mail', sql: m0065 },
  { name: '0066_outbox_tried', sql: m0066 },
];
