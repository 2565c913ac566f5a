/** A Prometheus of our own, on the loopback, that scrapes processes of ours every second. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Watchdog } from '../../servers/watchdog.ts';

const LOOK_MS = 500;
/** What Grafana shows, and how finely. */
const WINDOW_S = 60;
const STEP_S = 5;

export interface Answer {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

export interface Prometheus {
  ask(query: { readonly expr: string; readonly instant: boolean }): Promise<Answer[]>;
  /** Resolves when this finds something. */
  until(expr: string): Promise<void>;
  stop(): Promise<void>;
}

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

export interface Place {
  readonly folder: string;
  readonly port: number;
  readonly watchdog: Watchdog;
}

/** With the rules of deploy/alerts.yaml. */
export async function startPrometheus(
  program: string,
  { folder, port, watchdog }: Place,
  scraped: readonly number[],
): Promise<Prometheus> {
  const config = join(folder, 'prometheus.json');
  writeFileSync(
    config,
    // JSON is YAML, too.
    JSON.stringify({
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: [join(import.meta.dirname, '../../../deploy/alerts.yaml')],
      scrape_configs: [
        { job_name: 'connects', static_configs: [{ targets: scraped.map((one) => `127.0.0.1:${one}`) }] },
      ],
    }),
  );
  const child = spawn(
    program,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'series')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  if (child.pid !== undefined) watchdog.watch(child.pid);
  const ended = once(child, 'exit');
  const base = `http://127.0.0.1:${port}`;
  const ask: Prometheus['ask'] = async ({ expr, instant }) => {
    const end = Date.now() / 1_000;
    const range = { query: expr, start: String(end - WINDOW_S), end: String(end), step: String(STEP_S) };
    const asked = new URLSearchParams(instant ? { query: expr } : range);
    const answer = await fetch(`${base}/api/v1/query${instant ? '' : '_range'}?${asked.toString()}`);
    const { data, error } = (await answer.json()) as { data?: { result: Series[] }; error?: string };
    if (!data) throw new Error(`${expr}: ${error}`);
    return data.result.map(({ metric, value, values }) => ({
      labels: metric,
      values: (values ?? (value ? [value] : [])).map(([, text]) => Number(text)),
    }));
  };
  const until = async (expr: string): Promise<void> => {
    while ((await ask({ expr, instant: true })).length === 0) await sleep(LOOK_MS);
  };
  while (child.exitCode === null) {
    const ready = await fetch(`${base}/-/ready`).catch(() => undefined);
    if (ready?.ok) break;
    await sleep(LOOK_MS);
  }
  if (child.exitCode !== null) throw new Error(`Prometheus ended with ${child.exitCode}`);
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  return { ask, until, stop };
}
