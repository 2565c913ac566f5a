/** Sends a test by every channel, past the table: what comes back is told at once, and nothing is tried again. */
import { shownNow } from '../../db/query.ts';
import { findInstallation } from '../../ledger/installation.ts';
import { testMessage } from '../../notices/alert-text.ts';
import type { AlertDeps } from './deps.ts';

export interface Tried {
  /** As people are shown it. */
  readonly channel: string;
  readonly outcome: 'told' | 'not-told';
  /** Of what was not told: whether a person must mend something, or it may pass by itself. */
  readonly kind?: 'configuration' | 'unavailable';
  /** What came back. */
  readonly words: string;
  readonly mend?: string | undefined;
}

/** @param key of this test, unlike that of any other one */
export async function tryChannels(
  { db, channels }: Pick<AlertDeps, 'db' | 'channels'>,
  { key, signal }: { readonly key: string; readonly signal: AbortSignal },
): Promise<Tried[]> {
  const message = testMessage(await shownNow(db), (await findInstallation(db)) ?? '');
  return Promise.all(
    channels.map(async (channel) => ({
      channel: channel.shown,
      ...(await channel.tell(message, key, signal)),
    })),
  );
}
