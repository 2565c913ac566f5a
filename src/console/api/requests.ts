/** Requests of /v1, read by the schemas of their routes: every fault at once, each at its field. */
import type { Context } from 'hono';
import type { z } from 'zod';
import { faultsIn } from '../../domain/events/fields.ts';
import { decodeUtf8, withoutMark } from '../../utf8.ts';
import { BadRequest } from './failing.ts';
import type { ApiRoute } from './route.ts';

export const BODY_MAX = 1024 * 1024;

/** @throws BadRequest 404 never: a path that does not fit is 400 with its field */
export function readParams(context: Context, { params }: ApiRoute): unknown {
  return params === undefined ? {} : parsedBy(params, context.req.param(), 'the path', 400);
}

export function readQuery(context: Context, { query }: ApiRoute): unknown {
  const asked = Object.entries(context.req.queries()).map(([name, values]) => [
    name,
    values.length > 1 ? values : values[0],
  ]);
  if (query !== undefined) return parsedBy(query, Object.fromEntries(asked), 'the query', 400);
  if (asked.length === 0) return {};
  throw new BadRequest(400, 'this route takes no query');
}

export async function readBody(context: Context, { body }: ApiRoute): Promise<unknown> {
  if (body === undefined) return {};
  const text = decodeUtf8(new Uint8Array(await context.req.arrayBuffer()));
  if (text === undefined) throw new BadRequest(400, 'expected UTF-8 text');
  return parsedBy(body, parseJson(withoutMark(text)), 'the body', 422);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new BadRequest(400, 'expected JSON');
  }
}

function parsedBy(schema: z.ZodType, input: unknown, what: string, status: 400 | 422): unknown {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const faults = faultsIn(parsed);
  const [first] = faults;
  throw new BadRequest(status, `${what} is not right: ${first?.where}: ${first?.what}`, faults);
}
