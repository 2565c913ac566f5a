/** `connects doctor`: every check, in the order in which one would look; what cannot be reached ends its own part only. */
import type { Config } from '../../../config.ts';
import { asUnavailable } from '../../../db/errors.ts';
import { ConnectsError } from '../../../errors.ts';
import { asRedisUnavailable } from '../../../queue/connection.ts';
import { asksForTls, isLocal, membersOf } from '../../../servers/address.ts';
import {
  checkClock,
  checkDatabaseServer,
  checkReplica,
  checkRights,
  checkSchema,
} from './database-checks.ts';
import { checkConnections } from './connection-checks.ts';
import { checkAlerts } from './alert-checks.ts';
import type { DoctorDeps } from './deps.ts';
import { type Finding, fault, ok, warning } from './finding.ts';
import { checkLocks } from './lock-checks.ts';
import { checkRollups } from './rollup-checks.ts';
import { checkOwner, checkQueues, checkRedisClock, checkRedisServer } from './redis-checks.ts';
import { checkFailures, checkHold, checkLateness, checkMail, checkRuns, checkTicks } from './work-checks.ts';

export async function examine(deps: DoctorDeps): Promise<readonly Finding[]> {
  const { config } = deps;
  const findings = checkConfig(config);
  const servers = findings.every((one) => one.state !== 'fault');
  if (!servers) return findings;
  const database = await ask('database', () => checkDatabaseServer(deps));
  findings.push(...database);
  const there = database.every(isReached);
  if (there) findings.push(...(await ask('clock', () => checkClock(deps))));
  const schema = there ? await ask('schema', () => checkSchema(deps)) : [];
  findings.push(...schema);
  const redis = await ask('redis', () => checkRedisServer(deps));
  findings.push(...redis);
  if (!there || schema.some((one) => one.state === 'fault')) return findings;
  const redisIsThere = redis.every(isReached);
  const parts: [string, () => Promise<readonly Finding[]>][] = [
    ['rights', () => checkRights(deps)],
    ['replica', () => checkReplica(deps)],
    ['connections', () => checkConnections(deps, redisIsThere)],
    ['hold', () => checkHold(deps)],
    ['due', () => checkLateness(deps)],
    ['locks', () => checkLocks(deps, redisIsThere)],
    ['runs', () => checkRuns(deps)],
    ['failures', () => checkFailures(deps)],
    ['mail', () => checkMail(deps)],
    ['alerts', () => checkAlerts(deps)],
    ['ticks', () => checkTicks(deps, redisIsThere)],
    ['charts', () => checkRollups(deps)],
  ];
  if (redisIsThere)
    parts.push(
      ['queues', () => checkQueues(deps)],
      ['clock', () => checkRedisClock(deps)],
      ['redis', () => checkOwner(deps)],
    );
  for (const [name, check] of parts) findings.push(...(await ask(name, check)));
  return findings;
}

const isReached = ({ kind }: Finding): boolean => kind !== 'unavailable' && kind !== 'config';

/** A server that cannot be asked is a finding, not the end. */
async function ask(name: string, check: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (thrown) {
    const error = asRedisUnavailable('looking at it', asUnavailable(thrown));
    if (!(error instanceof ConnectsError)) throw error;
    const fix = error.mend ?? 'start the server, or correct its address';
    return [fault(name, error.message, fix, error.kind === 'configuration' ? 'config' : 'unavailable')];
  }
}

function checkConfig(config: Config): Finding[] {
  const missing = [
    ...(config.databaseUrl === undefined ? ['DATABASE_URL'] : []),
    ...(config.redisUrl === undefined ? ['REDIS_URL'] : []),
  ];
  if (missing.length > 0)
    return [
      fault(
        'config',
        `${missing.join(' and ')} not set`,
        'set them, or run "npm start" in another terminal: its servers are found by themselves',
        'config',
      ),
    ];
  return [
    ok('config', 'every variable can be read'),
    ...checkPlainText('DATABASE_URL', config.databaseUrl),
    ...checkPlainText('MIGRATE_DATABASE_URL', config.migrateDatabaseUrl),
    ...checkPlainText('READ_DATABASE_URL', config.readDatabaseUrl),
    ...checkPlainText('REDIS_URL', config.redisUrl),
    ...checkMailConfig(config),
  ];
}

/** Mail is different: a server on another machine is spoken to over TLS only. */
function checkPlainText(variable: string, text: string | undefined): Finding[] {
  if (text === undefined) return [];
  const elsewhere = membersOf(text).filter((url) => !isLocal(url) && !asksForTls(url));
  if (elsewhere.length === 0) return [];
  const hosts = [...new Set(elsewhere.map((url) => url.hostname))].join(', ');
  return [
    warning(
      'config',
      `${variable} leads to ${hosts} in plain text: passwords and what is asked can be read on the way`,
      'ask for TLS: docs/operations.md: TLS',
    ),
  ];
}

function checkMailConfig({ smtpUrl, mailFrom, preferencesUrl }: Config): Finding[] {
  if (smtpUrl === undefined)
    return [
      warning(
        'config',
        'SMTP_URL is not set: notices are staged and not sent',
        'set SMTP_URL where members are to be told',
      ),
    ];
  const findings: Finding[] = [];
  if (!isLocal(new URL(smtpUrl)) && mailFrom.address.endsWith('@localhost'))
    findings.push(
      warning(
        'config',
        `emails are from ${mailFrom.address}, which a mail server on another machine turns away`,
        'set CONNECTS_MAIL_FROM to an address that your mail server sends for',
      ),
    );
  if (preferencesUrl !== undefined && !preferencesUrl.includes('{token}'))
    findings.push(
      warning(
        'config',
        'CONNECTS_PREFERENCES_URL has no {token}: whoever knows an account can unsubscribe it',
        'add it; docs/operations.md: Unsubscribing',
      ),
    );
  return findings;
}
