/**
 * `npm run prove -- capacity [FILE]`: the model of capacity against what a bench measured, and what a fleet needs by it.
 * FILE is a document of `npm run bench -- --json`; docs/performance/samples.json when absent. Exits 1 where the model is further
 * than a fifth from what this program, or what it is measured by, came to.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Site, needOf, predictRate } from '../bench/capacity.ts';
import type { ContenderName } from '../bench/options.ts';
import type { Line, Report } from '../bench/report.ts';

const SAMPLES = join(import.meta.dirname, '../../docs/performance/samples.json');
const OFF_MAX = 0.2;
/** Fewer are over before a rate is one. */
const ACCOUNTS_MIN = 10_000;
const FLEETS = [1_000_000, 10_000_000, 100_000_000] as const;
const WITHIN_S = 3_600;
/** Of a job of one account, as the bench measures it; a cohort's job is taken to be 500 bytes for its 500 accounts, which it does not measure. */
const REDIS_BYTES_EACH: Partial<Record<ContenderName, number>> = { a: 289, e: 1 };
/** What a machine has with each. */
const SITES: Partial<Record<ContenderName, Partial<Site>>> = {
  a: {},
  b: {},
  c: {},
  d: { inTurn: true },
  e: {},
};

const report = JSON.parse(readFileSync(process.argv[2] ?? SAMPLES, 'utf8')) as Report;
const { processors } = report.machine;

let holds = true;
say(`| ${processors} processors | accounts/s by the model | bound by | measured | off |`);
say('| --- | ---: | --- | ---: | ---: |');
for (const line of report.medians.filter((one) => one.accounts >= ACCOUNTS_MIN && SITES[one.contender])) {
  const { perSecond, bound } = predictRate(line.cpuShares, { processors, ...SITES[line.contender] });
  const off = perSecond / line.accountsPerSecond - 1;
  holds &&= Math.abs(off) <= OFF_MAX;
  const name = `${line.title}, ${count(line.accounts)}`;
  say(`| ${name} | ${count(perSecond)} | ${bound} | ${count(line.accountsPerSecond)} | ${percent(off)} |`);
}

say('\n| accounts | due at once | lane | one such machine takes | machines for an hour | Redis |');
say('| ---: | ---: | --- | ---: | ---: | ---: |');
for (const accounts of FLEETS)
  for (const line of largestOf(report.medians, ['a', 'e'])) {
    const need = needOf(
      { accounts, withinS: WITHIN_S },
      predictRate(line.cpuShares, { processors }).perSecond,
      REDIS_BYTES_EACH[line.contender] ?? 0,
    );
    const lane = line.contender === 'a' ? 'one by one' : 'cohorts';
    const [minutes, mebibytes] = [need.oneMachineS / 60, need.redisBytes / 1_048_576];
    say(
      `| ${count(accounts)} | ${count(need.due)} | ${lane} | ${minutes.toFixed(1)} min | ${need.machines} | ${count(mebibytes)} MiB |`,
    );
  }
say(holds ? '\nthe model holds within a fifth' : '\nthe model is further off than a fifth');
process.exitCode = holds ? 0 : 1;

function largestOf(lines: readonly Line[], names: readonly ContenderName[]): Line[] {
  return names.flatMap((name) => {
    const own = lines.filter((one) => one.contender === name && one.cutRounds === 0);
    return own.toSorted((a, b) => b.accounts - a.accounts).slice(0, 1);
  });
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function percent(share: number): string {
  return `${share > 0 ? '+' : ''}${(share * 100).toFixed(0)} %`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
