import { createServer } from 'node:net';
import { startScheduler } from '../../jobs/start-scheduler.ts';
import { startWorker } from '../../jobs/start-worker.ts';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { startHealth } from '../../src/console/health-server.ts';
import { startConsole } from '../../src/console/server.ts';
import { silentLog } from '../../src/log.ts';
import { type Ended, type Running, startCli } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { until } from '../support/sweeping.ts';
import { quickly } from '../support/slowness.ts';

let installation: Installation;
beforeAll(async () => {
  installation = await install();
});
afterAll(() => installation.remove());

const processes = { startWorker, startScheduler, startConsole, startHealth };

/** A command with other settings than the installation's. */
async function runWith(
  env: Record<string, string>,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<Ended> {
  const app = composeApp(parseConfig({ ...installation.env, ...env }), systemClock, silentLog);
  try {
    return await runHere(args, { app, processes, ...(signal && { signal }) });
  } finally {
    await app.close();
  }
}

describe('a long-running process', () => {
  const start = (command: string): Running & { stderr: () => string } => {
    const running = startCli([command], {
      ...installation.env,
      CONNECTS_LOG_LEVEL: 'info',
      CONNECTS_CONSOLE_PORT: '0',
    });
    let stderr = '';
    running.child.stderr?.on('data', (text: string) => (stderr += text));
    return { ...running, stderr: () => stderr };
  };

  test.each([
    ['serve', 'SIGTERM', 143],
    ['worker', 'SIGINT', 130],
  ] as const)('%s says when it has begun, and stops soon after %s with %i', async (command, signal, code) => {
    const { child, ended, stderr } = start(command);
    await until(`${command} has begun`, () => stderr().includes('"msg":"started"'));
    const askedAt = performance.now();
    child.kill(signal);
    const stopped = await ended;
    expect({ code: stopped.code, stdout: stopped.stdout }).toEqual({ code, stdout: '' });
    expect(stopped.stderr).toContain('"msg":"stopping"');
    expect(stopped.stderr).not.toContain('Error');
    expect((performance.now() - askedAt) / 1_000).toBeLessThan(quickly(8));
  });

  test.each(['worker', 'scheduler', 'console', 'serve'])(
    '%s begins and stops without a trace',
    async (command) => {
      const stopping = AbortSignal.timeout(500);
      const { code, stdout, stderr } = await runWith({ CONNECTS_CONSOLE_PORT: '0' }, [command], stopping);
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
      const hasConsole = command === 'console' || command === 'serve';
      expect(stderr).toMatch(hasConsole ? /^console: http:\/\/127\.0\.0\.1:\d+\/\n$/ : /^$/);
    },
  );
});

describe('a console that cannot listen', () => {
  test('because its port is taken says which, and ends with 75: the old one may be about to stop', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = String(typeof address === 'object' ? address?.port : '');
    for (const command of ['console', 'serve'])
      expect(await runWith({ CONNECTS_CONSOLE_PORT: port }, [command])).toEqual({
        code: 75,
        stdout: '',
        stderr:
          `connects: the console cannot listen on 127.0.0.1:${port}: another process does. ` +
          'Stop that one, or set CONNECTS_CONSOLE_PORT (0 takes any free port). (port-taken)\n',
      });
    await new Promise((resolve) => other.close(resolve));
  });

  test.each(['worker', 'scheduler'])(
    'because the health port of a %s is taken names that port and its setting',
    async (command) => {
      const other = createServer();
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const address = other.address();
      const port = String(typeof address === 'object' ? address?.port : '');
      expect(await runWith({ CONNECTS_HEALTH_PORT: port }, [command])).toEqual({
        code: 75,
        stdout: '',
        stderr:
          `connects: the health port cannot listen on 127.0.0.1:${port}: another process does. ` +
          'Stop that one, or set CONNECTS_HEALTH_PORT (0 turns health and metrics of this process off). (port-taken)\n',
      });
      await new Promise((resolve) => other.close(resolve));
    },
  );

  test('because its port is the address of a Service says so; commands that do not listen there go on', async () => {
    const env = { CONNECTS_CONSOLE_PORT: 'tcp://10.0.0.1:8080' };
    for (const command of ['console', 'serve'])
      expect(await runWith(env, [command])).toMatchObject({
        code: 78,
        stderr: expect.stringContaining('CONNECTS_CONSOLE_PORT is the address of a Service'),
      });
    expect(await runWith(env, ['due'])).toMatchObject({ code: 0 });
    expect(await runWith(env, ['worker'], AbortSignal.timeout(500))).toMatchObject({ code: 0, stderr: '' });
    expect(await runWith({ CONNECTS_HEALTH_PORT: 'tcp://10.0.0.1:8081' }, ['worker'])).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('CONNECTS_HEALTH_PORT is the address of a Service'),
    });
  });

  test('because its host is no address of this machine says so, and ends with 78', async () => {
    expect(await runWith({ CONNECTS_CONSOLE_HOST: '192.0.2.1' }, ['console'])).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('CONNECTS_CONSOLE_HOST 192.0.2.1 is no address of this machine'),
    });
  });
});
