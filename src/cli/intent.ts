/** What overrides the normal course is done only on purpose: with a reason that is kept, and with --yes. */
import { ConnectsError } from '../errors.ts';

/**
 * @param what would be done, for the message: `rerun settles 12 accounts again`
 * @returns the reason
 * @throws refused `reason-missing`, `yes-missing`
 */
export function requireIntent(
  what: string,
  flags: { readonly yes?: true; readonly reason?: string },
): string {
  if (flags.reason === undefined)
    throw new ConnectsError('refused', 'reason-missing', `${what}: say why with --reason TEXT`);
  if (!flags.yes) throw new ConnectsError('refused', 'yes-missing', `${what}: confirm with --yes`);
  return flags.reason;
}
