/**
 * Group commit for the queue. BullMQ adds each job, and ends each, by a call of a script of its own. Jobs that end in the
 * same turn of the loop, as those of one transaction do, or that are added together, go to Redis as one call, which does for
 * each of them what the library's own script would do: by a shorter way (plain-jobs.ts), or by that script. What it
 * answers to each is as the script would have answered; between two of them nobody else is served.
 */
import { type BackendFactory, type RedisQueueBackend, createRedisBackend } from 'bullmq';
import { redisFault } from '../servers/classify.ts';
import { PLAIN, PLAIN_OF, type PlainScript } from './plain-jobs.ts';

/** Of the library's scripts, those that are called for each job. */
const GROUPED: readonly string[] = ['addStandardJob', 'moveToFinished'];
/** Some milliseconds of Redis, which serves nobody else meanwhile. */
const CALLS_MAX = 100;

type Client = Parameters<RedisQueueBackend['execCommand']>[0];

/** What ioredis knows of a script that was defined on one of its clients. */
interface Script {
  readonly lua: string;
  readonly numberOfKeys: number;
}

interface Scripting {
  readonly isPipeline?: boolean;
  readonly scriptsSet?: Readonly<Record<string, Script>>;
  defineCommand(name: string, script: Script): void;
  runCommand(name: string, args: readonly unknown[]): Promise<unknown>;
  disconnect(again: boolean): void;
}

interface Call {
  /** Keys, then arguments. */
  readonly args: readonly unknown[];
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Makes what a queue, or a worker, speaks to Redis with. */
export const groupedCalls: BackendFactory<RedisQueueBackend> = (name, options, wishes) => {
  const backend = createRedisBackend(name, options, wishes);
  const alone = backend.execCommand.bind(backend);
  const groups = new Map(GROUPED.map((script) => [script, new CallGroup(alone, script)]));
  backend.execCommand = (client: Client, script: string, args: unknown[]): unknown => {
    const group = (client as unknown as Scripting).isPipeline ? undefined : groups.get(script);
    return group ? group.call(client, args) : alone(client, script, args);
  };
  // Each by a call of its own, so that they are grouped, instead of a pipeline.
  backend.addJobs = async (entries) => {
    const client = await backend.client;
    return Promise.all(
      entries.map(({ job, jobId, parentKeyOpts }) =>
        backend.addJobToTransaction(client, job, jobId, parentKeyOpts),
      ),
    );
  };
  return backend;
};

class CallGroup {
  readonly #alone: RedisQueueBackend['execCommand'];
  readonly #script: string;
  #calls: Call[] = [];

  constructor(alone: RedisQueueBackend['execCommand'], script: string) {
    this.#alone = alone;
    this.#script = script;
  }

  call(client: Client, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#calls.push({ args, resolve, reject });
      if (this.#calls.length === 1) setImmediate(() => this.#send(client));
    });
  }

  #send(client: Client): void {
    const calls = this.#calls;
    this.#calls = [];
    const command = calls.length > 1 ? defineGroup(client, this.#script) : undefined;
    if (command === undefined) {
      for (const { args, resolve, reject } of calls)
        Promise.resolve(this.#alone(client, this.#script, [...args])).then(resolve, reject);
      return;
    }
    for (let from = 0; from < calls.length; from += CALLS_MAX)
      void sendTogether(client, command, calls.slice(from, from + CALLS_MAX));
  }
}

interface Group {
  readonly command: string;
  readonly keys: number;
}

/** @returns undefined where the library's script is not known by its name: its calls go one by one then */
function defineGroup(client: Client, name: string): Group | undefined {
  const scripting = client as unknown as Scripting;
  const found = Object.entries(scripting.scriptsSet ?? {}).find(([of]) => of.startsWith(`${name}:`));
  if (!found) return undefined;
  const [versioned, { lua, numberOfKeys }] = found;
  const command = `${versioned}:together`;
  if (!(command in scripting)) {
    const plain = versioned === `${name}:${PLAIN_OF}` ? PLAIN[name] : undefined;
    scripting.defineCommand(command, { numberOfKeys, lua: together(lua, plain) });
  }
  return { command, keys: numberOfKeys };
}

/** Arguments of the first call, and of each call those that differ from it anywhere: most are the same for all. */
async function sendTogether(client: Client, { command, keys }: Group, calls: readonly Call[]): Promise<void> {
  const [first] = calls as readonly [Call, ...Call[]];
  const places = [...first.args.keys()].filter((at) => calls.some(({ args }) => args[at] !== first.args[at]));
  const parts = [
    ...first.args.slice(0, keys),
    calls.length,
    first.args.length - keys,
    places.length,
    ...first.args.slice(keys),
    ...places.map((at) => at + 1),
  ];
  for (const { args } of calls) for (const at of places) parts.push(args[at]);
  try {
    const answers = (await (client as unknown as Scripting).runCommand(command, parts)) as unknown[];
    // The client looks at replies for those of a server that is to be left, and not inside of them.
    if (answers.some((answer) => answer instanceof Error && redisFault(answer)?.drops))
      (client as unknown as Scripting).disconnect(true);
    for (const [at, call] of calls.entries()) {
      const answer = answers[at];
      if (answer instanceof Error) call.reject(answer);
      else call.resolve(answer);
    }
  } catch (error) {
    for (const call of calls) call.reject(error);
  }
}

/** Of a script that has no other way. */
const NEVER: PlainScript = { ownKey: 0, begin: 'function() end' };

/** What one call throws is its own answer: the others are done all the same. */
const together = (script: string, plain: PlainScript = NEVER): string => `
local function whole(KEYS, ARGV)
${script}
end
local begin = ${plain.begin}
local keys, arguments, answers = {}, {}, {}
local calls, count, places = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
for at = 1, #KEYS do keys[at] = KEYS[at] end
for at = 1, count do arguments[at] = ARGV[3 + at] end
local at, given, alike = {}, 3 + count + places, true
for place = 1, places do
  at[place] = tonumber(ARGV[3 + count + place])
  if at[place] <= #KEYS and at[place] ~= ${plain.ownKey} then alike = false end
end
local begun, one, finish
if alike then begun, one, finish = pcall(begin, keys, arguments) end
if not begun or not one then one, finish = whole, nil end
for number = 1, calls do
  for index = 1, places do
    local place, value = at[index], ARGV[given + index]
    if place <= #KEYS then keys[place] = value else arguments[place - #KEYS] = value end
  end
  given = given + places
  local done, answer = pcall(one, keys, arguments)
  if not done then
    local words = type(answer) == 'table' and answer.err or tostring(answer)
    -- Before Redis 7 it says first in which line.
    answer = redis.error_reply((string.gsub(words, '^[@%w_]+:%s*%d+:%s*%-?', '')))
  end
  if answer == nil then answer = false end
  answers[number] = answer
end
if finish then finish() end
return answers
`;
