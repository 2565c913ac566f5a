/** What the doctor looks at. */
import type { Clock } from '../../../clock.ts';
import type { Config } from '../../../config.ts';
import type { Database } from '../../../db/connection.ts';
import type { AlertChannel } from '../../../notices/alert-channels.ts';
import type { Mailer } from '../../../notices/mailer.ts';
import type { Inspector } from '../../../queue/inspector.ts';
import type { Producer } from '../../../queue/producer.ts';

/** Servers are composed on first use: without an address, none is. */
export interface DoctorDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly db: Database;
  /** The same where there is no replica. */
  readonly readDb: Database;
  readonly inspector: Inspector;
  readonly queue: Pick<Producer, 'findNextTick'>;
  readonly alertChannels: readonly Pick<AlertChannel, 'name' | 'shown'>[];
  /** Undefined without SMTP_URL. */
  readonly deliverDeps: { readonly mailer: Pick<Mailer, 'probe'> } | undefined;
}
