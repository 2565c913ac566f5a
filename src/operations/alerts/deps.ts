/** What telling alerts is given. */
import type { Database } from '../../db/connection.ts';
import type { Log } from '../../log.ts';
import type { AlertChannel } from '../../notices/alert-channels.ts';
import type { MailTrouble } from '../../notices/mail-trouble.ts';

export interface AlertDeps {
  readonly db: Database;
  readonly log: Log;
  /** None where nobody is to be told by this process. */
  readonly channels: readonly AlertChannel[];
  /** What this process knows of its mail server; undefined where it has none. */
  readonly outage: { readonly trouble: MailTrouble | undefined } | undefined;
  readonly settings: {
    readonly dueAlarmMs: number;
    readonly putAsideAlarmMs: number;
    readonly holdAlarmMs: number;
  };
}
