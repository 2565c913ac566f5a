/** Where alerts are told: a webhook, and any number of addresses, by the mail server that members' letters go by. */
import type { AlertMessage } from '../domain/alerts.ts';
import { shownAddress } from '../servers/address.ts';
import { type AlertFormat, alertLetter } from './alert-text.ts';
import { troubleOfRefusal } from './mail-trouble.ts';
import type { Mailer } from './mailer.ts';
import { TELL_TIMEOUT_MS, type TellOutcome, postAlert } from './webhook.ts';

export interface AlertChannel {
  /** As the database has it: `webhook`, or `mail:ops@example.org`. */
  readonly name: string;
  /** As people are shown it: of an address no more than where it leads. */
  readonly shown: string;
  /** @param key the same for every attempt of one message */
  tell(message: AlertMessage, key: string, giveUp?: AbortSignal): Promise<TellOutcome>;
}

export interface ChannelSettings {
  readonly alertUrl: string | undefined;
  /** Judged by the address where it is undefined. */
  readonly alertFormat: AlertFormat | undefined;
  readonly alertMail: readonly string[];
  readonly mailFrom: { readonly address: string };
}

/** Whether a person must mend something is worth no longer wait. */
const PROBE_WITHIN_MS = 2_000;

export const WEBHOOK = 'webhook';
export const MAIL_PREFIX = 'mail:';

/** @param mailer undefined where there is no mail server: then nobody is told by mail */
export function alertChannels(settings: ChannelSettings, mailer: (() => Mailer) | undefined): AlertChannel[] {
  const { alertUrl, alertFormat, alertMail, mailFrom } = settings;
  const hooks =
    alertUrl === undefined ? [] : [webhookChannel(alertUrl, alertFormat ?? formatOfAddress(alertUrl))];
  const mails = mailer ? alertMail.map((to) => mailChannel(to, mailFrom.address, mailer)) : [];
  return [...hooks, ...mails];
}

const TEAMS = /(^|\.)(webhook\.office\.com|logic\.azure\.com|api\.powerplatform\.com)$/;

/** Mattermost is on everybody's own host: that is told by its name alone. */
export function formatOfAddress(address: string): AlertFormat {
  const { hostname } = new URL(address);
  if (/^hooks\.slack(-gov)?\.com$/.test(hostname)) return 'slack';
  if (TEAMS.test(hostname)) return 'teams';
  return /(^|\.)mattermost\./.test(hostname) ? 'mattermost' : 'json';
}

const webhookChannel = (url: string, format: AlertFormat): AlertChannel => ({
  name: WEBHOOK,
  shown: `${shownAddress(url)} (${format})`,
  tell: (message, _key, giveUp) => postAlert({ url, format }, message, giveUp),
});

const mailChannel = (to: string, from: string, mailer: () => Mailer): AlertChannel => ({
  name: `${MAIL_PREFIX}${to}`,
  shown: to,
  tell: async (message, key, giveUp) => {
    const late = AbortSignal.timeout(TELL_TIMEOUT_MS);
    const domain = from.slice(from.lastIndexOf('@') + 1);
    const letter = { ...alertLetter(message), to, messageId: `<alert-${key}@${domain}>` };
    const sent = await mailer().send(letter, giveUp ? AbortSignal.any([late, giveUp]) : late);
    if (sent.outcome === 'sent') return { outcome: 'told', words: 'the mail server took it' };
    if (late.aborted)
      return {
        outcome: 'not-told',
        kind: 'unavailable',
        words: `there was no answer within ${TELL_TIMEOUT_MS / 1_000} s`,
      };
    const trouble = sent.outcome === 'unreached' ? await mailer().probe(PROBE_WITHIN_MS) : undefined;
    return { outcome: 'not-told', ...(trouble ?? troubleOfRefusal(sent.words)) };
  },
});
