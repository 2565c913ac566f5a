/** POSTing an alert to a webhook. What comes back is an outcome, not an exception; the address is a secret, and never told. */
import type { AlertMessage } from '../domain/alerts.ts';
import { messageOf } from '../errors.ts';
import { plainLine } from '../plain-text.ts';
import { connectionFault, mendOf } from '../servers/classify.ts';
import { type AlertFormat, alertBody } from './alert-text.ts';

export type TellOutcome =
  | { readonly outcome: 'told'; readonly words: string }
  | {
      readonly outcome: 'not-told';
      /** `configuration`: a person must mend a setting, or the server. `unavailable`: it may pass by itself. */
      readonly kind: 'configuration' | 'unavailable';
      readonly words: string;
      /** What mends it, in one sentence, where that is known. */
      readonly mend?: string | undefined;
    };

/** How long one message may take, whatever the server does. */
export const TELL_TIMEOUT_MS = 5_000;
const WORDS_MAX = 200;

/** Ends within TELL_TIMEOUT_MS. @param giveUp ends it sooner */
export async function postAlert(
  { url, format }: { readonly url: string; readonly format: AlertFormat },
  message: AlertMessage,
  giveUp?: AbortSignal,
): Promise<TellOutcome> {
  const late = AbortSignal.timeout(TELL_TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'connects' },
      body: JSON.stringify(alertBody(format, message)),
      // Whoever answers must not send the alert, and the secret of the address, elsewhere.
      redirect: 'manual',
      signal: giveUp ? AbortSignal.any([late, giveUp]) : late,
    });
    const said = withoutSecrets(await firstWords(response), url);
    return outcomeOf(response, said);
  } catch (error) {
    return faultOf(error, late, url);
  }
}

/** The beginning of what came back: nobody reads a page of it, or waits for one that never ends. */
async function firstWords(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return '';
  try {
    const { value } = await reader.read();
    return Buffer.from(value ?? [])
      .subarray(0, WORDS_MAX)
      .toString('utf8');
  } catch {
    return '';
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** These pass by themselves; any other 4xx is about us, or about the address. */
const PASSING = [408, 425, 429];

function outcomeOf({ status, statusText, ok }: Response, said: string): TellOutcome {
  const words = [`${status} ${statusText}`.trim(), ...(said === '' ? [] : [said])].join(': ');
  if (ok) return { outcome: 'told', words };
  if (status >= 500 || PASSING.includes(status)) return { outcome: 'not-told', kind: 'unavailable', words };
  return { outcome: 'not-told', kind: 'configuration', words, mend: mendOfStatus(status) };
}

const mendOfStatus = (status: number): string =>
  status < 400
    ? 'It leads elsewhere, and is not followed: set CONNECTS_ALERT_URL to where it leads in the end.'
    : 'Correct CONNECTS_ALERT_URL or CONNECTS_ALERT_FORMAT, or make a new webhook there.';

function faultOf(error: unknown, late: AbortSignal, url: string): TellOutcome {
  const cause = (error as { readonly cause?: unknown }).cause ?? error;
  const fault = connectionFault(cause);
  const words = late.aborted
    ? `there was no answer within ${TELL_TIMEOUT_MS / 1_000} s`
    : withoutSecrets(messageOf(cause), url);
  const kind = fault?.class === 'configuration' ? 'configuration' : 'unavailable';
  return {
    outcome: 'not-told',
    kind,
    words,
    mend: mendOf(fault, 'the webhook’s server')?.replace(...OWN_AUTHORITY),
  };
}

/** A parameter of a webhook's address is the webhook's. */
const OWN_AUTHORITY = ['?ssl-ca=/path/ca.pem', 'NODE_EXTRA_CA_CERTS=/path/ca.pem'] as const;

/** Servers repeat what they were asked for. */
function withoutSecrets(text: string, address: string): string {
  const url = new URL(address);
  const parts = [url.pathname + url.search, ...url.pathname.split('/'), ...url.searchParams.values()];
  const secrets = parts.flatMap((part) => [part, decoded(part)]).filter((part) => part.length >= SECRET_MIN);
  const shown = secrets
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
  return plainLine(shown.replaceAll(/\s+/g, ' ').trim());
}

const SECRET_MIN = 5;

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
