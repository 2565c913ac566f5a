/** What an alert says: as lines of text, as the JSON that each kind of chat takes, and as a letter. Pure. */
import type { AlertMessage, AlertStep } from '../domain/alerts.ts';
import { formatInstant } from '../domain/calendar.ts';
import { plainLine } from '../plain-text.ts';
import { formatCount } from '../words.ts';
import type { Message } from './page.ts';

export const ALERT_FORMATS = ['slack', 'mattermost', 'teams', 'json'] as const;
export type AlertFormat = (typeof ALERT_FORMATS)[number];

const BEGINNINGS: Record<AlertStep, string> = {
  begins: 'Alert: ',
  lasts: 'Still: ',
  over: 'Over: ',
  test: 'Test: ',
};

export const titleOf = ({ step, title }: Pick<AlertMessage, 'step' | 'title'>): string =>
  `${BEGINNINGS[step]}${title}`;

interface Line {
  readonly label: string;
  readonly value: string;
  /** To be typed as it stands. */
  readonly isCommand?: true;
}

function linesOf(message: AlertMessage): Line[] {
  const { since, count, first, heading, installation } = message;
  return [
    { label: 'Since', value: formatInstant(since) },
    ...(count === null ? [] : [{ label: 'How many', value: formatCount(count) }]),
    { label: 'First', value: first, isCommand: true as const },
    { label: 'Runbook', value: `docs/runbook.md, ${heading}` },
    { label: 'Installation', value: installation },
  ];
}

/** Whoever sends it, nothing in it breaks a line. */
const foundOf = (message: AlertMessage): string => plainLine(message.found);

export const alertText = (message: AlertMessage): string =>
  [
    titleOf(message),
    '',
    foundOf(message),
    '',
    ...linesOf(message).map(({ label, value }) => `${label}: ${plainLine(value)}`),
  ].join('\n');

/** The body of a POST. */
export function alertBody(format: AlertFormat, message: AlertMessage): object {
  switch (format) {
    case 'slack':
      return { text: markedUp(message, '*', slackText) };
    case 'mattermost':
      return { text: markedUp(message, '**', markdownText) };
    case 'teams':
      return teamsCard(message);
    case 'json':
      return jsonOf(message);
  }
}

function markedUp(message: AlertMessage, bold: string, escaped: (text: string) => string): string {
  const lines = linesOf(message).map(({ label, value, isCommand }) =>
    isCommand ? `${label}: \`${value}\`` : `${label}: ${escaped(plainLine(value))}`,
  );
  return [`${bold}${escaped(titleOf(message))}${bold}`, escaped(foundOf(message)), ...lines].join('\n');
}

/** What Slack reads as a link, a member or a channel begins with one of these. */
const slackText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Words of a server, or somebody's reason, call nobody and draw nothing. */
const markdownText = (text: string): string =>
  text.replaceAll(/[\\`*_[\]()<>#|~]/g, '\\$&').replaceAll(/@(?=\w)/g, '@\u200B');

/** What a workflow of Teams takes: an Adaptive Card. Its texts are Markdown, too. */
const teamsCard = (message: AlertMessage): object => ({
  type: 'message',
  attachments: [
    {
      contentType: 'application/vnd.microsoft.card.adaptive',
      contentUrl: null,
      content: {
        $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
        type: 'AdaptiveCard',
        version: '1.4',
        body: [
          { type: 'TextBlock', text: markdownText(titleOf(message)), weight: 'Bolder', wrap: true },
          { type: 'TextBlock', text: markdownText(foundOf(message)), wrap: true },
          {
            type: 'FactSet',
            facts: linesOf(message).map(({ label, value, isCommand }) => ({
              title: label,
              value: isCommand ? value : markdownText(plainLine(value)),
            })),
          },
        ],
      },
    },
  ],
});

const jsonOf = (message: AlertMessage): object => ({
  alert: message.alert,
  step: message.step,
  title: titleOf(message),
  text: alertText(message),
  found: foundOf(message),
  since: formatInstant(message.since),
  at: formatInstant(message.at),
  count: message.count,
  first: message.first,
  runbook: message.heading,
  installation: message.installation,
});

export function alertLetter(message: AlertMessage): Message {
  const text = alertText(message);
  const html = `<!doctype html>\n<html lang="en"><body><pre style="white-space:pre-wrap">${htmlText(text)}</pre></body></html>\n`;
  return { subject: `[connects] ${titleOf(message)}`, text, html };
}

const htmlText = (text: string): string => slackText(text).replaceAll('"', '&quot;');

/** What a channel is tried with. */
export const testMessage = (at: number, installation: string): AlertMessage => ({
  alert: 'test',
  step: 'test',
  title: 'somebody would be told here',
  found: 'This is a test of this channel: nothing is wrong.',
  since: at,
  count: null,
  at,
  installation,
  first: 'connects alerts list',
  heading: 'Alerts',
});
