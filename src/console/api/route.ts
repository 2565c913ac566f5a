/**
 * A route of /v1 as one object: what it takes, what it answers, who may, and what it does. The same object is served
 * and described in docs/openapi.json, so that neither can say what the other does not.
 */
import type { z } from 'zod';
import type { App } from '../../app.ts';
import type { TokenRole } from '../../ledger/tokens.ts';

export type ApiRole = TokenRole;

/** Who asks. `actor` is what the audit log says of him. */
export interface Caller {
  readonly actor: string;
  readonly role: ApiRole;
}

export interface ApiCall<Params = unknown, Query = unknown, Body = unknown> {
  readonly app: App;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly caller: Caller;
  /** The header `Idempotency-Key`, where there is one. */
  readonly key: string | undefined;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export interface ApiRoute {
  readonly method: 'get' | 'post';
  /** As OpenAPI writes it: `/v1/runs/{run}`. */
  readonly path: string;
  /** Unique: the name that clients made from the document call it by. */
  readonly id: string;
  readonly about: string;
  readonly summary: string;
  readonly roles: readonly ApiRole[];
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answer: z.ZodType;
  /** Statuses of an answer of this shape, the usual one first. */
  readonly statuses: readonly (200 | 202)[];
  /** Statuses of an answer of this shape that says what could not be done. */
  readonly alsoAnswered?: readonly number[];
  /** Takes the header `Idempotency-Key`. */
  readonly takesKey?: boolean;
  /** Absent where another file serves it. */
  readonly handle?: (call: ApiCall) => Promise<Told<unknown>>;
}

/** What is answered, with its status where it is not the usual one. */
export interface Told<Value> {
  readonly status?: 200 | 202;
  readonly json: Value;
}

/** As it may be given: reports hand out what nobody may change. */
export type Given<Value> = Value extends readonly (infer Item)[]
  ? readonly Given<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Given<Value[Key]> }
    : Value;

type OutputOf<Schema> = Schema extends z.ZodType ? z.output<Schema> : Record<string, never>;

interface Described<Params, Query, Body, Answer extends z.ZodType> {
  readonly path: string;
  readonly id: string;
  readonly about: string;
  readonly summary: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly answer: Answer;
  readonly statuses?: readonly (200 | 202)[];
  readonly roles?: readonly ApiRole[];
  readonly takesKey?: boolean;
  readonly handle: (
    call: ApiCall<OutputOf<Params>, OutputOf<Query>, OutputOf<Body>>,
  ) => Promise<Given<z.input<Answer>> | Answered<Given<z.input<Answer>>>>;
}

/** An answer with a status of its own. */
export class Answered<Value> {
  readonly json: Value;
  readonly status: 200 | 202;

  constructor(json: Value, status: 200 | 202) {
    this.json = json;
    this.status = status;
  }
}

const READERS: readonly ApiRole[] = ['viewer', 'operator'];
const CHANGERS: readonly ApiRole[] = ['operator'];

/** A route that only looks. */
export const reads = <
  Answer extends z.ZodType,
  Params extends z.ZodObject | undefined = undefined,
  Query extends z.ZodObject | undefined = undefined,
>(
  route: Omit<Described<Params, Query, undefined, Answer>, 'body'>,
): ApiRoute => described('get', READERS, route);

/** A route that changes something, or is asked with more than an address has room for. */
export const changes = <
  Answer extends z.ZodType,
  Body extends z.ZodType,
  Params extends z.ZodObject | undefined = undefined,
>(
  route: Omit<Described<Params, undefined, Body, Answer>, 'query'> & { readonly body: Body },
): ApiRoute => described('post', CHANGERS, route);

function described<Params, Query, Body, Answer extends z.ZodType>(
  method: ApiRoute['method'],
  roles: readonly ApiRole[],
  { handle, statuses = [200], ...route }: Described<Params, Query, Body, Answer>,
): ApiRoute {
  return {
    roles,
    ...route,
    method,
    statuses,
    handle: async (call: ApiCall) => {
      const told = await handle(call as Parameters<typeof handle>[0]);
      return told instanceof Answered ? told : { json: told };
    },
  } as ApiRoute;
}
