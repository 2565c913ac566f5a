/** Whether somebody is told when something is the matter. That nobody is may be meant: others watch by metrics. */
import { shownNow } from '../../../db/query.ts';
import { listUntold } from '../../../outbox/alert-messages.ts';
import { isLocal } from '../../../servers/address.ts';
import { counted, formatAge } from '../../../words.ts';
import type { DoctorDeps } from './deps.ts';
import { type Finding, ok, warning } from './finding.ts';

type Deps = Pick<DoctorDeps, 'db' | 'config' | 'alertChannels'>;

export async function checkAlerts({ db, config, alertChannels }: Deps): Promise<readonly Finding[]> {
  const findings = checkAlertConfig(config);
  const now = await shownNow(db);
  for (const { channel, messages, oldestAt, words } of await listUntold(db)) {
    if (words === null) continue;
    const shown = alertChannels.find((one) => one.name === channel)?.shown ?? channel;
    const waits = counted(messages, 'alert waits', 'alerts wait');
    const age = formatAge(Math.round(Math.max(0, now - oldestAt) / 1_000));
    findings.push(
      warning('alerts', `${shown} takes none: ${waits}, the oldest for ${age}: ${words}`, UNTOLD),
    );
  }
  if (findings.length > 0) return findings;
  const told = alertChannels.map((one) => one.shown).join(', ');
  return [ok('alerts', told === '' ? NOBODY : `told: ${told}`)];
}

const UNTOLD = '"connects alerts test" says what comes back; docs/runbook.md: alert-not-told';
const NOBODY = 'nobody is told by us: CONNECTS_ALERT_URL and CONNECTS_ALERT_MAIL are not set';

function checkAlertConfig({ alertUrl, alertMail, smtpUrl }: DoctorDeps['config']): Finding[] {
  const findings: Finding[] = [];
  if (alertMail.length > 0 && smtpUrl === undefined)
    findings.push(
      warning(
        'alerts',
        'CONNECTS_ALERT_MAIL is set, and SMTP_URL is not: nobody is told by mail',
        'set SMTP_URL',
      ),
    );
  const url = alertUrl === undefined ? undefined : new URL(alertUrl);
  if (url?.protocol === 'http:' && !isLocal(url))
    findings.push(
      warning(
        'alerts',
        `CONNECTS_ALERT_URL leads to ${url.hostname} in plain text: what it is told, and the address itself, can be read on the way`,
        'give it as https://',
      ),
    );
  return findings;
}
