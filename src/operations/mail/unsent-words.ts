import { TOLD_BY_ANOTHER } from '../../outbox/one-letter.ts';

/** Why a letter that was staged is not sent: recorded with it, and told to whoever asks for it. */
export const NO_ADDRESS = 'the account has no email address';
export const OPTED_OUT_SINCE = 'the member opted out of grant emails before it was sent';
export const NOTHING_EXPIRES = 'nothing would expire any more';
/** What the program decides by itself: no person suppressed it, so none takes it back by the way. */
export const WITHHELD_REASONS: readonly string[] = [
  NO_ADDRESS,
  OPTED_OUT_SINCE,
  NOTHING_EXPIRES,
  TOLD_BY_ANOTHER,
];
