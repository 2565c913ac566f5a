/**
 * POST /v1/events: one event, or a list of up to 1,000; an outcome for each, in the same order. Good events of a list
 * are recorded also where others are bad: a caller that sends the list again changes nothing twice.
 */
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { App } from '../app.ts';
import { databaseNow } from '../db/query.ts';
import { faultOfAhead } from '../domain/events/ahead.ts';
import { type MemberEvent, parseEvent } from '../domain/events/events.ts';
import { formatInstant } from '../domain/calendar.ts';
import type { Fault } from '../domain/terms.ts';
import type { Token, TokenRole } from '../ledger/tokens.ts';
import { type EventOutcome, recordEvents } from '../operations/events/record-events.ts';
import { decodeUtf8, withoutMark } from '../utf8.ts';
import { answerError } from './errors.ts';
import { bearer } from './sign-in/rights.ts';
import { signedInBy } from './api/sign-in.ts';
import type { RefusedSignIns } from './refused-sign-ins.ts';

const EXPECTED_TOKEN =
  'expected "Authorization: Bearer TOKEN" with a token of the role ingest or operator: see "connects tokens add NAME --role ingest"';
const EVENTS_MAX = 1_000;
const BODY_MAX = 1024 * 1024;

type Answer =
  | { readonly outcome: 'invalid'; readonly faults: readonly Fault[] }
  | Exclude<EventOutcome, { outcome: 'applied' | 'refused' }>
  | {
      readonly outcome: 'applied' | 'refused';
      readonly codes: readonly string[];
      readonly effectiveAt: string;
      readonly late: boolean;
    };

/** The token that a request came with. */
interface Caller {
  Variables: { token: Token };
}

/** Who may bring what: facts are other systems', corrections an operator's. */
const MAY_BRING: Record<TokenRole, (type: string) => boolean> = {
  viewer: () => false,
  ingest: (type) => type !== 'balance.adjusted',
  operator: () => true,
};

/** Mounted under /v1/events. A token that may bring events is asked for always, also on loopback. */
export function eventsApi(app: App, signIns: RefusedSignIns): Hono<Caller> {
  const api = new Hono<Caller>();
  const met = new Set<string>();
  api.post('/', bearer, async (context, next) => {
    await next();
    // What it met before anything was recorded is over no sooner than the rest.
    const failed = (): Promise<never> => Promise.reject(context.error as Error);
    if (context.error) await app.outages.watchNowAndThen(met, failed).catch(() => undefined);
  });
  // Not for every method: one that the route does not take is told so, token or not.
  api.post('/', async (context, next) => {
    const token = await signedInBy({ app, signIns }, context, EXPECTED_TOKEN);
    if (token instanceof Response) return token;
    if (token.role === 'viewer')
      return answerError(context, 403, `this token has the role ${token.role}: expected ingest or operator`);
    context.set('token', token);
    return next();
  });
  api.post(
    '/',
    bodyLimit({
      maxSize: BODY_MAX,
      onError: (context) => {
        // The rest of the body is not read, so the connection is of no use for another request.
        context.header('Connection', 'close');
        return answerError(context, 413, `expected at most ${BODY_MAX} bytes`);
      },
    }),
  );
  api.post('/', async (context) => {
    const text = decodeUtf8(new Uint8Array(await context.req.arrayBuffer()));
    if (text === undefined) return answerError(context, 400, 'expected UTF-8 text');
    const body = parseJson(withoutMark(text));
    if (body === undefined) return answerError(context, 400, 'expected JSON: one event, or a list of events');
    const one = !Array.isArray(body);
    const inputs = one ? [body] : (body as unknown[]);
    if (inputs.length === 0 || inputs.length > EVENTS_MAX)
      return answerError(context, 400, `expected 1 to ${EVENTS_MAX} events, and found ${inputs.length}`);
    const results = await app.outages.watchNowAndThen(met, () => record(app, inputs, context.get('token')));
    return context.json(one ? results[0] : { results }, statusOf(results));
  });
  return api;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Bad events are answered, good ones recorded; the order of both is that of the request. */
async function record(
  app: App,
  inputs: readonly unknown[],
  token: Token,
): Promise<(Answer & { id: string | number | null })[]> {
  const now = await databaseNow(app.db);
  const answers = new Map<number, Answer>();
  const good: { index: number; event: MemberEvent }[] = [];
  for (const [index, input] of inputs.entries()) {
    const parsed = parseEvent(input);
    const faults = parsed.ok
      ? [faultOfAhead('at', parsed.event.at, now), faultOfRole(token, parsed.event)].filter(
          (one) => one !== undefined,
        )
      : parsed.faults;
    if (parsed.ok && faults.length === 0) good.push({ index, event: parsed.event });
    else answers.set(index, { outcome: 'invalid', faults });
  }
  const outcomes = await recordEvents(
    app.recordDeps,
    good.map((one) => one.event),
    'digest',
    { actor: `token ${token.name}`, reason: null, tokenId: token.id },
  );
  for (const [position, outcome] of outcomes.entries())
    answers.set(good[position]?.index ?? -1, toAnswer(outcome));
  return inputs.map((input, index) => ({ id: idOf(input), ...(answers.get(index) as Answer) }));
}

function faultOfRole({ role, types }: Token, { type }: MemberEvent): Fault | undefined {
  if (types !== null && !types.includes(type))
    return { where: 'type', what: `this token may bring ${types.join(', ')}, and not ${type}` };
  if (MAY_BRING[role](type)) return undefined;
  return {
    where: 'type',
    what: `a token of the role ${role} may not bring ${type}: expected one of operator`,
  };
}

/** As it was sent, where it is a text or a number: nothing else could be one, and may be nested however deep. */
function idOf(input: unknown): string | number | null {
  if (typeof input !== 'object' || input === null || !('id' in input)) return null;
  const { id } = input;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

const toAnswer = (outcome: EventOutcome): Answer =>
  'effectiveAt' in outcome ? { ...outcome, effectiveAt: formatInstant(outcome.effectiveAt) } : outcome;

/** The one status that says most of what is wrong; every event's own outcome stands in the body. */
function statusOf(answers: readonly Answer[]): 200 | 202 | 409 | 422 | 503 {
  const any = (outcome: Answer['outcome']): boolean => answers.some((one) => one.outcome === outcome);
  // Before what would stay as it is: the same request again records what this one could not.
  if (any('busy')) return 503;
  if (any('invalid') || any('unknown-account')) return 422;
  if (any('conflict')) return 409;
  return any('waiting') ? 202 : 200;
}
