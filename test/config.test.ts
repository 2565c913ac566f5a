import { readFileSync } from 'node:fs';
import {
  SETTINGS,
  parseConfig,
  parseDuration,
  requireServers,
  required,
  requiredPort,
} from '../src/config.ts';
import { shownAddress } from '../src/servers/address.ts';

const faultsOf = (env: Record<string, string>): string => {
  try {
    parseConfig(env);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe('the environment', () => {
  test('without any variable has a default for every setting and no server', () => {
    expect(parseConfig({})).toMatchObject({
      databaseUrl: undefined,
      redisUrl: undefined,
      smtpUrl: undefined,
      settleGraceMs: 120_000,
      sweepCron: '* * * * *',
      queuePrefix: 'connects',
      cohortOver: 20_000,
      completionMaxMs: 1_500,
      workerConcurrency: 500,
      settleAttemptsMax: 3,
      mailFrom: { name: 'Connects', address: 'connects@localhost' },
      noticeMaxAgeMs: 7 * 86_400_000,
      consoleHost: '127.0.0.1',
      consolePort: 8080,
      logLevel: 'info',
    });
  });

  const SENTINELS = 'rediss+sentinel://u:p%40@s1,s2:26380/my.master/2?sentinel_password=q&ssl-ca=/ca.pem';
  const ADDRESS = /expected an address such as mysql:\/\/user:password@host:3306\/connects/;
  const REFUSED: [name: string, value: string, said: RegExp][] = [
    ['DATABASE_URL', 'localhost:3306/connects', ADDRESS],
    ['DATABASE_URL', 'postgres://u:p@h/connects', ADDRESS],
    ['DATABASE_URL', 'mysql://h:99999/connects', ADDRESS],
    ['DATABASE_URL', 'mysql://user:p#ss@h/connects', /percent-encoded/],
    ['DATABASE_URL', 'mysql://h', /the name of a database at its end/],
    ['DATABASE_URL', 'mysql:///connects', /expected a host/],
    ['DATABASE_URL', 'mysql://user:p%ZZ@h/connects', /a % itself is %25/],
    [
      'DATABASE_URL',
      'mysql://h/connects?charset=utf8',
      /the parameter charset is not known: .*socketPath, ssl, ssl-ca/,
    ],
    ['DATABASE_URL', 'mysql://h/connects?ssl=maybe', /expected true or false, .* for the parameter ssl/],
    ['DATABASE_URL', 'mysql://h/connects?sslmode=prefer', /for the parameter sslmode/],
    ['DATABASE_URL', 'mysql://h/connects?ssl=true&tls=false', /both asked for and turned off/],
    ['DATABASE_URL', 'mysql://h/connects?socketPath=/a&socketPath=/b', /given twice/],
    ['REDIS_URL', 'unix:///a?db=1&db=2', /given twice/],
    ['DATABASE_URL', 'mysql://h/connects?ssl=false&ssl-ca=/ca.pem', /turned off, and an authority/],
    ['DATABASE_URL', 'mysql:///connects?socketPath=/m.sock&ssl=1', /TLS over a socket/],
    ['DATABASE_URL', 'mysql://ro%00ot@h/connects', /no control characters in the name of the user/],
    ['DATABASE_URL', 'mysql://h/conn%00ects', /no control characters in what follows the host/],
    ['DATABASE_URL', 'mysql:///connects?socketPath=/m%00.sock', /no control characters in .* socketPath/],
    ['DATABASE_URL', 'mysql://h%00st/connects', /the name of a host in letters, digits/],
    ['DATABASE_URL', 'mysql://db.münchen.example/connects', /the name of a host .* xn--/],
    ['REDIS_URL', 'redis://me%0A:secret@h', /no control characters in the name of the user/],
    ['REDIS_URL', 'redis://h%20st', /the name of a host in letters, digits/],
    ['REDIS_URL', 'unix:///r%00.sock', /no control characters in what follows the host/],
    ['SMTP_URL', 'smtp://me%00:secret@h', /no control characters in the name of the user/],
    ['MIGRATE_DATABASE_URL', 'no address', ADDRESS],
    ['READ_DATABASE_URL', 'http://h/connects', ADDRESS],
    ['REDIS_URL', 'localhost:6379', /redis:\/\/host:6379\/0 or unix:/],
    ['REDIS_URL', 'redis://', /expected a host/],
    ['REDIS_URL', 'redis://h/cache', /the database as a number/],
    ['REDIS_URL', 'unix:redis.sock', /expected a whole path/],
    ['REDIS_URL', 'unix:///r.sock?db=x', /the database as a number/],
    ['REDIS_URL', 'rediss://h?ssl=false', /asks for TLS, and a parameter turns it off/],
    [
      'REDIS_URL',
      'redis://h1:6379,h2:6379',
      /expected an address such as .* redis\+sentinel:.* redis\+cluster:/,
    ],
    ['REDIS_URL', 'redis+sentinel://h1:26379,h2:26379', /the name of the master after the sentinels/],
    ['REDIS_URL', 'redis+sentinel://h1,h2/my%20master', /the name of the master after the sentinels/],
    ['REDIS_URL', 'redis+sentinel://h1,h2/mymaster/x', /the database as a number/],
    ['REDIS_URL', 'redis+sentinel://h1,h2/mymaster/0/1', /the database as a number/],
    ['REDIS_URL', 'redis+sentinel://h1,/mymaster', /expected a host after/],
    ['REDIS_URL', 'redis+sentinel://h1:x,h2/mymaster', /expected an address such as/],
    ['REDIS_URL', 'redis+sentinel://h1,h2/mymaster?db=1', /the parameter db is for unix/],
    ['REDIS_URL', 'redis+cluster://h1:7000,h2 h3:7001', /expected an address such as/],
    ['REDIS_URL', 'redis+cluster://h1:7000,h2:7001/0', /a cluster has no numbered databases/],
    ['REDIS_URL', 'redis+cluster://h1:7000?ssl=perhaps', /for the parameter ssl/],
    ['REDIS_URL', 'rediss+cluster://h1,h2?tls=no', /asks for TLS, and a parameter turns it off/],
    ['REDIS_URL', 'redis+cluster://h1?sentinel_password=p', /are for redis\+sentinel:\/\/ only/],
    ['REDIS_URL', 'redis+master://h1', /expected an address such as/],
    ['CONNECTS_QUEUE_SHARDS', '65', /a whole number from 0 to 64/],
    ['REDIS_URL', 'redis://h?family=6', /the parameter family is not known/],
    ['SMTP_URL', 'smtp://h?requireTLS=true', /the parameter requireTLS is not known/],
    ['SMTP_URL', 'mail.example.org:25', /smtps:\/\/user:password@host:465/],
    ['SMTP_URL', 'smtp://', /expected a host/],
    ['CONNECTS_INBOX_URL', 'ftp://h', /http:\/\/127\.0\.0\.1:8025/],
    ['CONNECTS_SETTLE_GRACE', '2 minutes', /expected a duration such as 2m/],
    ['CONNECTS_SETTLE_GRACE', '-2m', /expected a duration/],
    ['CONNECTS_SETTLE_GRACE', '4000d', /expected a duration/],
    ['CONNECTS_SETTLE_BACKOFF', '1', /expected a duration such as 1s/],
    ['CONNECTS_NOTICE_MAX_AGE', 'never', /expected a duration such as 7d, or none/],
    ['CONNECTS_SWEEP_CRON', 'hourly', /cron pattern of five or six fields/],
    ['CONNECTS_SWEEP_CRON', '@hourly', /cron pattern of five or six fields/],
    ['CONNECTS_SWEEP_CRON', '99 * * * *', /expected range 0-59/],
    ['CONNECTS_SWEEP_CRON', 'a b c d e', /Invalid characters/],
    ['CONNECTS_SWEEP_CRON', '* * * * * * *', /cron pattern of five or six fields/],
    ['CONNECTS_SWEEP_CRON', '0 0 31 2,4 *', /expected a cron pattern that has a slot/],
    ['CONNECTS_SWEEP_CRON', '0 0 31 4,6,9,11 *', /expected a cron pattern that has a slot/],
    ['CONNECTS_SWEEP_CRON', '0 0 0 30,31 2 *', /expected a cron pattern/],
    ['CONNECTS_QUEUE_PREFIX', 'a:b', /expected 1 to 64 of/],
    ['CONNECTS_QUEUE_PREFIX', 'x'.repeat(65), /expected 1 to 64 of/],
    ['CONNECTS_WORKER_CONCURRENCY', '0', /a whole number from 1 to 2000/],
    ['CONNECTS_WORKER_CONCURRENCY', '1e3', /a whole number from 1 to 2000/],
    ['CONNECTS_BATCH_MAX', '501', /a whole number from 1 to 500/],
    ['CONNECTS_COHORT_OVER', '-1', /a whole number from 0 to 2000000000/],
    ['CONNECTS_COMPLETION_MAX', 'soon', /expected a duration/],
    ['CONNECTS_DATABASE_POOL', '1', /a whole number from 2 to 100/],
    ['CONNECTS_SETTLE_ATTEMPTS', '2.5', /a whole number from 1 to 20/],
    ['CONNECTS_GUARD_ACCOUNTS', '0', /a whole number from 1 to 1000000/],
    ['CONNECTS_GUARD_PERCENT', '101', /a whole number from 0 to 100/],
    ['CONNECTS_DUE_ALARM', 'never', /expected a duration such as 15m/],
    ['CONNECTS_BACKFILL_APPROVAL_OVER', '-1', /a whole number from 0 to 2000000000/],
    ['CONNECTS_BACKFILL_STAY', '4 minutes', /expected a duration such as 4m/],
    ['CONNECTS_STALL_MAX', '5', /expected a duration such as 5m/],
    ['CONNECTS_STALL_MAX', '0s', /expected at least 1s/],
    ['CONNECTS_REMINDER_DAYS', '28', /a whole number from 0 to 27/],
    ['CONNECTS_PREFERENCES_URL', 'mailto:a@b.example', /expected/],
    ['CONNECTS_PREFERENCES_SECRET', 'too short', /at least 32 characters/],
    ['CONNECTS_ANSWER_SECRET', 'too short', /at least 32 characters/],
    ['CONNECTS_MEMBER_SECRET', 'too short', /at least 32 characters/],
    ['CONNECTS_MEMBER_URL', 'connects.example.org', /expected an address such as https/],
    ['CONNECTS_MEMBER_URL', 'https://me:secret@h', /no user and no password/],
    ['CONNECTS_MAIL_FROM', 'connects@example.org', /expected Name <address@example.org>/],
    ['CONNECTS_MAIL_FROM', 'A <a@b.c>\r\nBcc: <e@f.g>', /expected Name <address@example.org>/],
    ['CONNECTS_MAIL_FROM', 'A <ä@b.example>', /expected Name <address@example.org>/],
    ['CONNECTS_MAIL_CONTACT', 'help desk', /an address such as help@example.org or https/],
    ['CONNECTS_MAIL_CONTACT', 'javascript:alert(1)', /an address such as help@example.org or https/],
    ['CONNECTS_MAIL_RATE', '-1', /a whole number from 1 to 10000/],
    ['CONNECTS_MAIL_CONNECTIONS', 'many', /a whole number from 1 to 100/],
    ['CONNECTS_MAIL_ATTEMPTS', '51', /a whole number from 1 to 50/],
    ['CONNECTS_ALERT_URL', 'hooks.example.org', /expected an address such as https/],
    ['CONNECTS_ALERT_URL', 'ftp://h/x', /expected an address such as https/],
    ['CONNECTS_ALERT_URL', 'https://me:secret@h/x', /no user and no password/],
    ['CONNECTS_ALERT_FORMAT', 'discord', /expected one of slack, mattermost, teams, json/],
    ['CONNECTS_ALERT_MAIL', 'Ops <ops@example.org>', /addresses such as ops@example.org/],
    ['CONNECTS_ALERT_MAIL', Array.from({ length: 11 }, (_, i) => `a${i}@b.example`).join(), /at most 10/],
    ['CONNECTS_PUT_ASIDE_ALARM', 'never', /expected a duration such as 1h/],
    ['CONNECTS_HOLD_ALARM', '1', /expected a duration such as 1h/],
    ['CONNECTS_CONSOLE_HOST', 'http://0.0.0.0', /a host name or address to listen on/],
    ['CONNECTS_CONSOLE_PORT', '70000', /a whole number from 0 to 65535/],
    ['CONNECTS_CONSOLE_PORT', 'http://10.0.0.1:8080', /a whole number from 0 to 65535/],
    ['CONNECTS_CONSOLE_URL', 'connects.example.org', /expected an address such as https/],
    ['CONNECTS_CONSOLE_URL', 'https://me:secret@h/x', /no user and no password/],
    ['CONNECTS_HEALTH_PORT', '65536', /a whole number from 0 to 65535/],
    ['CONNECTS_LOG_LEVEL', 'verbose', /expected one of debug, info, warn, error, silent/],
    ['CONNECTS_SETLE_GRACE', '2m', /is no setting: did you mean CONNECTS_SETTLE_GRACE/],
    ['CONNECTS_MAIL_FORM', 'x', /did you mean CONNECTS_MAIL_FROM/],
    ['CONNECTS_MAIL_RATES', '5', /did you mean CONNECTS_MAIL_RATE\?/],
  ];
  test.each(REFUSED)('%s=%j is refused by its name, and says what is right', (name, value, said) => {
    expect(faultsOf({ [name]: value })).toMatch(new RegExp(`^  ${name}: `, 'm'));
    expect(faultsOf({ [name]: value })).toMatch(said);
  });

  test.each(['consolePort', 'healthPort'] as const)(
    'the address of a Service of the name of ours leaves %s unknown, and is told of only where it is needed',
    (name) => {
      const variable = { consolePort: 'CONNECTS_CONSOLE_PORT', healthPort: 'CONNECTS_HEALTH_PORT' }[name];
      const config = parseConfig({
        [variable]: 'tcp://10.0.0.1:8080',
        [`${variable}_8080_TCP`]: 'tcp://10.0.0.1:8080',
        [`${variable}_8080_TCP_PORT`]: '8080',
        CONNECTS_PORT: 'tcp://10.0.0.1:8080',
      });
      expect(config[name]).toBeUndefined();
      expect(() => requiredPort(config, name)).toThrow(`${variable} is the address of a Service`);
      expect(requiredPort(parseConfig({ [variable]: '80' }), name)).toBe(80);
    },
  );

  test('has no setting without a wrong value in this table', () => {
    const tried = new Set(REFUSED.map(([name]) => name));
    expect(SETTINGS.filter((name) => !tried.has(name))).toEqual([]);
  });

  test('tells all that is wrong at once, and repeats no value, because values hold passwords', () => {
    const env = {
      DATABASE_URL: 'mysql://root:hunter2@',
      REDIS_URL: 'hunter2',
      SMTP_URL: 'smtp://user:hunter2',
      CONNECTS_SETTLE_GRACE: 'hunter2',
      CONNECTS_CONSOLE_PORT: 'hunter2',
      CONNECTS_MAIL_RAT: 'hunter2',
    };
    const told = faultsOf(env);
    for (const name of Object.keys(env)) expect(told).toContain(`  ${name}: `);
    expect(told.split('\n')).toHaveLength(1 + Object.keys(env).length);
    expect(told).not.toContain('hunter2');
  });

  test.each([
    ['DATABASE_URL', 'mysql://u:Secret@Part/Two@host/db'],
    ['DATABASE_URL', 'mysql://u:12/Secret@host/db'],
    ['DATABASE_URL', 'mysql://u:12?Secret@host/db'],
    ['DATABASE_URL', 'mysql://u:12#Secret@host/db'],
    ['DATABASE_URL', 'mysql://u@host/db?password=Secret'],
    ['DATABASE_URL', 'mysql://u@host/db?Secret@Part=1'],
    ['REDIS_URL', 'redis://Secret@h'],
    ['REDIS_URL', 'redis://:12/Secret@h'],
    ['REDIS_URL', 'redis://h?password=Secret'],
    ['REDIS_URL', 'redis+cluster://Secret@h1,h2'],
    ['REDIS_URL', 'redis+cluster://:12/Secret@h1,h2'],
    ['REDIS_URL', 'redis+sentinel://:Secr@et@h1,h2/my%20master'],
    ['SMTP_URL', 'smtps://u:12/Secret@h'],
    ['SMTP_URL', 'smtps://u:Se#cret@h'],
  ])('%s=%j is refused, and no part of a password is repeated', (name, value) => {
    const told = faultsOf({ [name]: value });
    expect(told).toMatch(new RegExp(`^  ${name}: `, 'm'));
    expect(told).not.toMatch(/secret|part|two|cret/i);
    expect(shownAddress(value)).not.toMatch(/secret|two|cret/i);
  });

  test.each([
    ['mysql://root:Secret@h:3307/db?ssl=1', 'mysql://h:3307'],
    ['mysql://root@localhost/db?socketPath=/run/m.sock', 'mysql:///run/m.sock'],
    ['unix://:Secret@localhost/run/r.sock?db=1', 'unix:///run/r.sock'],
    ['Secret', 'no address that can be read'],
  ])('of the address %j messages show %j', (url, shown) => expect(shownAddress(url)).toBe(shown));

  test.each<[name: string, value: string, setting: string, expected: unknown]>([
    ['DATABASE_URL', 'mysql://h/c?SSL=TRUE', 'databaseUrl', 'mysql://h/c?SSL=TRUE'],
    ['DATABASE_URL', 'mysql://h/c?ssl-mode=REQUIRED', 'databaseUrl', 'mysql://h/c?ssl-mode=REQUIRED'],
    ['SMTP_URL', 'smtp://h?tls=required', 'smtpUrl', 'smtp://h?tls=required'],
    [
      'DATABASE_URL',
      'mysql:///connects?socketPath=/run/m.sock',
      'databaseUrl',
      'mysql:///connects?socketPath=/run/m.sock',
    ],
    [
      'DATABASE_URL',
      'mariadb://u:p%40@[::1]:3306/connects',
      'databaseUrl',
      'mariadb://u:p%40@[::1]:3306/connects',
    ],
    ['DATABASE_URL', 'mysql://h/connects\n', 'databaseUrl', 'mysql://h/connects'],
    ['REDIS_URL', 'rediss://:p@h:6379/3', 'redisUrl', 'rediss://:p@h:6379/3'],
    ['REDIS_URL', SENTINELS, 'redisUrl', SENTINELS],
    ['REDIS_URL', 'redis+cluster://h1,h2', 'queueShards', 6],
    ['CONNECTS_QUEUE_SHARDS', '12', 'queueShards', 12],
    ['REDIS_URL', 'unix://:p@localhost/r.sock?db=2', 'redisUrl', 'unix://:p@localhost/r.sock?db=2'],
    ['CONNECTS_SETTLE_GRACE', '1m30s', 'settleGraceMs', 90_000],
    ['CONNECTS_DUE_ALARM', '1h30m', 'dueAlarmMs', 5_400_000],
    ['CONNECTS_SWEEP_CRON', '0 0 29 2 *', 'sweepCron', '0 0 29 2 *'],
    ['CONNECTS_SETTLE_GRACE', '0s', 'settleGraceMs', 0],
    ['CONNECTS_NOTICE_MAX_AGE', 'none', 'noticeMaxAgeMs', Infinity],
    ['CONNECTS_SWEEP_CRON', '*/5 * * * MON-FRI', 'sweepCron', '*/5 * * * MON-FRI'],
    ['CONNECTS_SWEEP_CRON', '0 */10 * * * *', 'sweepCron', '0 */10 * * * *'],
    [
      'CONNECTS_MAIL_FROM',
      'Ünï Cødé <a@b.example>',
      'mailFrom',
      { name: 'Ünï Cødé', address: 'a@b.example' },
    ],
    ['CONNECTS_MAIL_CONTACT', 'help@example.org', 'mailContact', 'help@example.org'],
    ['CONNECTS_MAIL_CONTACT', 'https://h.example/?a=b', 'mailContact', 'https://h.example/?a=b'],
    ['CONNECTS_MEMBER_URL', 'https://m.example.org', 'letterPagesUrl', 'https://m.example.org'],
    ['CONNECTS_CONSOLE_URL', 'https://c.example.org', 'letterPagesUrl', 'https://c.example.org'],
    ['CONNECTS_CONSOLE_PORT', '8081', 'letterPagesUrl', undefined],
    ['CONNECTS_CONSOLE_HOST', '::', 'consoleHost', '::'],
    ['CONNECTS_CONSOLE_HOST', '::', 'consoleUrl', 'http://127.0.0.1:8080'],
    ['CONNECTS_CONSOLE_HOST', '::1', 'consoleUrl', 'http://[::1]:8080'],
    ['CONNECTS_CONSOLE_PORT', '8081', 'consoleUrl', 'http://127.0.0.1:8081'],
    ['CONNECTS_CONSOLE_URL', 'https://c.example.org/', 'consoleUrl', 'https://c.example.org'],
    ['CONNECTS_LOG_LEVEL', ' warn ', 'logLevel', 'warn'],
  ])('%s=%j is taken', (name, value, setting, expected) => {
    expect(parseConfig({ [name]: value })).toHaveProperty(setting, expected);
  });

  test.each<[names: string, env: Record<string, string>, said: RegExp]>([
    [
      'CONNECTS_SETTLE_GRACE and CONNECTS_DUE_ALARM',
      { CONNECTS_SETTLE_GRACE: '20m' },
      /a grace shorter than the alarm/,
    ],
    [
      'CONNECTS_SETTLE_GRACE and CONNECTS_DUE_ALARM',
      { CONNECTS_SETTLE_GRACE: '1m', CONNECTS_DUE_ALARM: '60s' },
      /a grace shorter than the alarm/,
    ],
    [
      'CONNECTS_SETTLE_GRACE and CONNECTS_NOTICE_MAX_AGE',
      { CONNECTS_NOTICE_MAX_AGE: '1m' },
      /every notice would be too old/,
    ],
    [
      'CONNECTS_SWEEP_CRON, CONNECTS_SETTLE_GRACE and CONNECTS_DUE_ALARM',
      { CONNECTS_SWEEP_CRON: '0 3 * * *', CONNECTS_DUE_ALARM: '12h' },
      /not shorter than the grace and the longest time between two ticks/,
    ],
    [
      'CONNECTS_SWEEP_CRON, CONNECTS_SETTLE_GRACE and CONNECTS_DUE_ALARM',
      { CONNECTS_SWEEP_CRON: '*/5 * * * MON-FRI', CONNECTS_DUE_ALARM: '1h' },
      /not shorter than the grace and the longest time between two ticks/,
    ],
    [
      'CONNECTS_SWEEP_CRON, CONNECTS_SETTLE_GRACE and CONNECTS_NOTICE_MAX_AGE',
      { CONNECTS_SWEEP_CRON: '0 3 * * *', CONNECTS_NOTICE_MAX_AGE: '12h' },
      /an age not shorter than the grace and the longest time between two ticks/,
    ],
    [
      'DATABASE_URL and MIGRATE_DATABASE_URL',
      { DATABASE_URL: 'mysql://app@h/connects', MIGRATE_DATABASE_URL: 'mysql://owner@h/connect' },
      /one and the same database/,
    ],
  ])('%s that contradict each other are refused together', (names, env, said) => {
    expect(faultsOf(env)).toMatch(said);
    expect(faultsOf(env).split('\n')).toEqual([
      'The environment has wrong values:',
      expect.stringContaining(`  ${names}: `),
    ]);
  });

  test('lets a rare pattern be whose alarm waits for it, or was not set', () => {
    expect(faultsOf({ CONNECTS_SWEEP_CRON: '0 3 * * *', CONNECTS_DUE_ALARM: '25h' })).toBe('');
    expect(faultsOf({ CONNECTS_SWEEP_CRON: '0 3 * * *' })).toBe('');
    expect(faultsOf({ CONNECTS_SWEEP_CRON: '0 3 * * *', CONNECTS_NOTICE_MAX_AGE: 'none' })).toBe('');
  });

  test('tells every contradiction beside every other fault, in one message', () => {
    const told = faultsOf({
      CONNECTS_SETTLE_GRACE: '8d',
      CONNECTS_DUE_ALARM: '1d',
      CONNECTS_MAIL_RATE: 'fast',
    });
    for (const name of ['CONNECTS_DUE_ALARM', 'CONNECTS_NOTICE_MAX_AGE', 'CONNECTS_MAIL_RATE'])
      expect(told).toContain(name);
    expect(told.split('\n')).toHaveLength(4);
  });

  test('takes an empty variable for one that is not set', () => {
    expect(parseConfig({ DATABASE_URL: '', CONNECTS_MAIL_RATE: ' ' })).toEqual(parseConfig({}));
  });

  test("lets names be that are nobody's slip: orchestrators set some of their own", () => {
    const env = {
      CONNECTS_SERVICE_HOST: '10.0.0.1',
      CONNECTS_PORT: 'tcp://10.0.0.1:80',
      CONNECTS_INSTALL_MS: '5',
    };
    expect(faultsOf(env)).toBe('');
  });

  test('names every server that is needed and not set, and says how to come by it', () => {
    const config = parseConfig({ REDIS_URL: 'redis://h' });
    expect(required(config, 'redisUrl')).toBe('redis://h');
    expect(() => required(config, 'databaseUrl')).toThrow(
      /^DATABASE_URL is not set\. Set it, or run "npm start"/,
    );
    expect(() => requireServers(parseConfig({}), ['databaseUrl', 'redisUrl'])).toThrow(
      /^DATABASE_URL and REDIS_URL are not set\. Set them/,
    );
  });
});

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['2m', 120_000],
  ['12h', 43_200_000],
  ['7d', 604_800_000],
  ['1h30m', 5_400_000],
  ['', undefined],
  ['1', undefined],
  ['1.5h', undefined],
  ['1w', undefined],
  ['3651d', undefined],
])('the duration %j is %j ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

test('what deploy/compose.yaml sets is read, and is right where nobody sets anything', () => {
  const compose = readFileSync('deploy/compose.yaml', 'utf8');
  // As compose fills them in: `${NAME:-default}` is the default.
  const given = [...compose.matchAll(/^ {6}([A-Z][A-Z_]+): (.+)$/gm)]
    .filter(([, name]) => !name!.startsWith('MARIADB_'))
    .map(([, name, value]) => [name!, value!.replaceAll(/\$\{[A-Z_]+:-([^}]*)\}/g, '$1')] as const);
  expect(given.map(([name]) => name).filter((name) => !SETTINGS.includes(name))).toEqual([]);
  expect(parseConfig(Object.fromEntries(given))).toMatchObject({
    databaseUrl: 'mysql://connects:connects@database:3306/connects',
    consoleUrl: 'http://127.0.0.1:8080',
    healthPort: 8081,
    backfillApprovalOver: 0,
    memberSecret: undefined,
  });
});
