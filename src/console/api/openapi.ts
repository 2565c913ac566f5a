/** The description of /v1 in OpenAPI 3.1, made of the schemas that read its requests and that its answers are held to. */
import { z } from 'zod';
import { EVENTS_ROUTE } from './events.ts';
import { API_ROUTES } from './routes.ts';
import { type ApiRoute, reads } from './route.ts';

type Schema = Record<string, unknown>;

const faultShape = z.strictObject({ where: z.string(), what: z.string() });
const errorShape = z
  .strictObject({
    error: z.string().describe('What happened and what was expected instead.'),
    code: z.string().optional().describe('Of what was foreseen: docs/runbook.md has a heading for each.'),
    faults: z.array(faultShape).optional().describe('What is wrong with the request, each at its field.'),
  })
  .meta({ id: 'Error' });

const REFUSALS: Readonly<Record<string, string>> = {
  400: 'The request cannot be read, or its query is not right.',
  401: 'No token, or one that is unknown, revoked or expired.',
  403: 'The role of the token may not do this.',
  404: 'What was named is not there.',
  409: 'A guard said no, it is active or done already, or it is held.',
  413: 'The body is too large.',
  422: 'What the body asks for is not right.',
  429: 'Too many sign-ins were refused from this address.',
  503: 'A server cannot be reached right now: try again.',
};

const OF_ALL = ['401', '403', '429', '503'];

function refusalsOf({ params, query, body }: ApiRoute): string[] {
  const more = [
    ...(params || query || body ? ['400'] : []),
    ...(params || query || body ? ['404'] : []),
    ...(body ? ['409', '413', '422'] : []),
  ];
  return [...OF_ALL, ...more].toSorted();
}

/** Clients must not break where a field is added; a date's pattern says less than its format. */
function plain({ jsonSchema }: { jsonSchema: Schema }): void {
  if (jsonSchema.type === 'integer') delete jsonSchema.pattern;
  if (jsonSchema.format === 'date' || jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}

function open(context: { jsonSchema: Schema }): void {
  plain(context);
  if (context.jsonSchema.additionalProperties === false) delete context.jsonSchema.additionalProperties;
}

/** Schemas that have a name, met so far. */
type Named = Map<string, unknown>;

/** What has a name is told once, and referred to. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', named: Named): Schema {
  const override = (io === 'input' ? plain : open) as never;
  const text = JSON.stringify(z.toJSONSchema(schema, { io, override })).replaceAll(
    '"#/$defs/',
    '"#/components/schemas/',
  );
  const { $schema: _dialect, $defs = {}, id, ...made } = JSON.parse(text) as Schema & { $defs?: Schema };
  for (const [name, { id: _name, ...one }] of Object.entries($defs as Record<string, Schema>))
    named.set(name, one);
  if (typeof id !== 'string') return made;
  named.set(id, made);
  return { $ref: `#/components/schemas/${id}` };
}

const parametersOf = (shape: z.ZodObject | undefined, where: 'path' | 'query', named: Named): Schema[] => {
  if (shape === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(shape, 'input', named) as {
    properties?: Record<string, Schema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: where,
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }));
};

const json = (schema: Schema): Schema => ({ 'application/json': { schema } });

const KEY_HEADER = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same as the field key.',
  schema: { type: 'string' },
};

function operationOf(route: ApiRoute, named: Named): Schema {
  const answered = json(schemaOf(route.answer, 'output', named));
  const statuses = route.alsoAnswered ?? [];
  const refusals = refusalsOf(route).filter((status) => !statuses.includes(Number(status)));
  return {
    operationId: route.id,
    tags: [route.about],
    summary: route.summary,
    description: `For tokens of the role ${route.roles.join(' or ')}.`,
    parameters: [
      ...parametersOf(route.params, 'path', named),
      ...parametersOf(route.query, 'query', named),
      ...(route.takesKey ? [KEY_HEADER] : []),
    ],
    ...(route.body && {
      requestBody: { required: true, content: json(schemaOf(route.body, 'input', named)) },
    }),
    responses: {
      ...Object.fromEntries(
        [...route.statuses, ...statuses].map((status) => [
          String(status),
          {
            description: MEANING[status] ?? route.summary,
            ...(route.method === 'get' && { headers: BEHIND_HEADER }),
            content: answered,
          },
        ]),
      ),
      ...Object.fromEntries(refusals.map((status) => [status, { $ref: `#/components/responses/${status}` }])),
    },
  };
}

/** Of answers that were read from a replica. */
export const REPLICA_BEHIND = 'Replica-Behind-Seconds';

const BEHIND_HEADER = {
  [REPLICA_BEHIND]: {
    description:
      'How far the replica that this was read from is behind, or "unknown"; absent where it keeps up, or where there is none.',
    schema: { type: 'string' },
  },
};

const MEANING: Readonly<Record<number, string>> = {
  200: 'Done, or told.',
  202: 'Taken: it is done by a worker, or waits.',
  409: 'Some of them conflict with what is known.',
  422: 'Some of them are not right; the others were taken.',
  503: 'Some of them were not recorded: send them again.',
};

/** Every route, the one of events and the description itself included. */
export const DESCRIBED_ROUTES: readonly ApiRoute[] = [
  ...API_ROUTES,
  EVENTS_ROUTE,
  reads({
    path: '/v1/openapi.json',
    id: 'describe',
    about: 'Description',
    summary: 'This description',
    roles: ['viewer', 'operator', 'ingest'],
    answer: z.record(z.string(), z.unknown()),
    handle: () => Promise.resolve(openApiDocument()),
  }),
];

/** The same for every installation: it names neither addresses nor versions of the moment. */
export function openApiDocument(): Record<string, unknown> {
  const named: Named = new Map();
  const error = schemaOf(errorShape, 'output', named);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of DESCRIBED_ROUTES)
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route, named) };
  const refusals = Object.entries(REFUSALS).map(([status, description]) => [
    status,
    { description, content: json(error) },
  ]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Connects',
      version: 'v1',
      description:
        "What the operators' console shows and does, as JSON. Fields may be added; none is renamed or taken away. " +
        'Instants are ISO 8601 UTC, dates YYYY-MM-DD, amounts whole Connects. Lists go on by "next": give it as cursor.',
    },
    security: [{ token: [] }],
    tags: [...new Set(DESCRIBED_ROUTES.map((one) => one.about))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'Of "connects tokens add NAME --role viewer".',
        },
      },
      schemas: Object.fromEntries([...named].toSorted(([a], [b]) => a.localeCompare(b))),
      responses: Object.fromEntries(refusals),
    },
  };
}
