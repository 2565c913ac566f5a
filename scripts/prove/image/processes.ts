/** Every process of the image, started, found ready, and asked to stop. */
import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../../../src/cli/exit-codes.ts';
import { VERSION } from '../../../src/version.ts';
import { type Contained, type Image, askUntil, runContained, statusOf } from './container.ts';

/** What a proof has found; a `false` makes it fail. */
export type Tell = (isGood: boolean, what: string) => void;

export interface Setting {
  readonly image: Image;
  /** Addresses of the servers. */
  readonly env: Readonly<Record<string, string>>;
  readonly tell: Tell;
  /** As the manifests give a process that is to end. */
  readonly graceMs: number;
}

const TERMINATED = 143;
const KIB = 1_024;

/** Commands that end by themselves, and what each is expected to end with. */
export async function runToTheEnd(
  { image, env, tell }: Setting,
  args: readonly string[],
  codes: readonly number[] = [0],
): Promise<string> {
  const ended = await runContained(image, { args, env }).ended;
  const isGood = codes.includes(ended.code);
  const last = `${ended.stdout}\n${ended.stderr}`.trim().split('\n').at(-1) ?? '';
  tell(isGood, `${args.join(' ')}: exit ${ended.code}${isGood ? '' : `: ${last}`}`);
  return ended.stdout;
}

/** That there is no place to write to, tried by the image's own Node. */
export async function tryToWrite({ image, tell }: Setting): Promise<void> {
  const places = ['/app/x', '/tmp/x', '/home/node/x', '/dev/x'];
  const script = `for (const one of ${JSON.stringify(places)})
    try { fs.writeFileSync(one, ''); console.log(one) } catch (error) { console.log(error.code) }`;
  const { stdout } = await runContained(image, { entrypoint: ['node', '-e', script], args: [] }).ended;
  const answers = stdout.trim().split('\n');
  const isGood =
    answers.length === places.length && answers.every((one) => one === 'EROFS' || one === 'EACCES');
  tell(isGood, `nothing can be written: ${answers.join(' ')}`);
  tell(answers[0] === 'EROFS', 'because the file system is read-only');
}

export interface Started {
  readonly name: string;
  readonly contained: Contained;
}

/** Starts one, waits until it says that it is ready, and looks at it as probes and Prometheus do. */
export async function startReady(
  { image, env, tell }: Setting,
  command: string,
  ports: { readonly health: number; readonly console: number },
): Promise<Started> {
  const own = { CONNECTS_HEALTH_PORT: String(ports.health), CONNECTS_CONSOLE_PORT: String(ports.console) };
  const contained = runContained(image, { args: [command], env: { ...env, ...own } });
  const base = `http://127.0.0.1:${ports.health}`;
  const ready = await askUntil(contained, `${base}/readyz`, ({ ok }) => ok);
  tell(ready !== undefined, `${command}: ready${ready ? '' : `, or not: ${contained.stderr().slice(-500)}`}`);
  if (!ready) return { name: command, contained };
  tell((await fetch(`${base}/livez`)).ok, `${command}: alive`);
  const metrics = await (await fetch(`${base}/metrics`)).text();
  const built = /^connects_build_info\{.*\}/m.exec(metrics)?.[0] ?? '';
  tell(built.includes(`version="${VERSION}"`) && built.includes('node="v'), `${command}: ${built}`);
  if (command === 'console' || command === 'serve') {
    const page = await fetch(`http://127.0.0.1:${ports.console}/sign-in`, { redirect: 'manual' });
    tell(page.status < 400, `${command}: its page answers ${page.status}`);
  }
  return { name: command, contained };
}

const LOOK_MS = 500;

async function countDue({ image, env }: Setting): Promise<number> {
  const { stdout } = await runContained(image, { args: ['due', '--json'], env }).ended;
  return (JSON.parse(stdout) as { readonly accounts: number }).accounts;
}

/** A worker is asked to stop in the middle of much; what it has not begun is done by another one. */
export async function stopAtWork(setting: Setting, worker: Started): Promise<void> {
  // A scheduler's tick may have opened the same sweep a moment before.
  await runToTheEnd(setting, ['sweep'], [0, EXIT.conflict]);
  await stopAll(setting, [worker]);
  const left = await countDue(setting);
  for (let due = left; due > 0; due = await countDue(setting)) await sleep(LOOK_MS);
  setting.tell(true, `it left ${left} accounts that were due, and the other worker settled them`);
  await runToTheEnd(setting, ['audit']);
}

/** As an engine does: SIGTERM to process 1 of it, and no more patience than the manifests have. */
export async function stopAll({ tell, graceMs, image }: Setting, all: readonly Started[]): Promise<void> {
  const uid = image.config.User.split(':')[0];
  for (const { name, contained } of all) {
    const pid = contained.pid();
    if (pid === undefined) {
      tell(false, `${name}: ended by itself`);
      continue;
    }
    const status = statusOf(pid);
    const has = (field: string): string => status.get(field) ?? '';
    const isBare = /^0+$/.test(has('CapEff')) && /^0+$/.test(has('CapBnd')) && has('NoNewPrivs') === '1';
    const isUser =
      has('Uid')
        .split('\t')
        .every((one) => one === uid) && statSync(`/proc/${pid}`).uid === Number(uid);
    const isFirst = has('NSpid').split('\t').at(-1) === '1';
    const peak = Math.round(Number.parseInt(has('VmHWM'), 10) / KIB);
    tell(
      isBare && isUser && isFirst,
      `${name}: user ${uid}, process 1, no capability; at most ${peak} MiB so far`,
    );
    const askedAt = performance.now();
    process.kill(pid, 'SIGTERM');
    const late = setTimeout(() => process.kill(pid, 'SIGKILL'), graceMs);
    const { code, stderr } = await contained.ended;
    clearTimeout(late);
    const seconds = ((performance.now() - askedAt) / 1_000).toFixed(1);
    const words = code === TERMINATED ? '' : `: ${stderr.slice(-500)}`;
    tell(code === TERMINATED, `${name}: ended ${seconds} s after SIGTERM with ${code}${words}`);
  }
}
