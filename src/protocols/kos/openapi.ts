/** The OpenAPI document of this door, made from the operations themselves: what is served is what is described. */
import { STATUS_CODES } from 'node:http';
import { type TSchema, Type } from 'typebox';
import { json } from '../../base/http/reply.ts';
import { kosTiers } from '../../core/model/bucket-records.ts';
import { noBody } from '../operation.ts';
import { type KosDocument, type KosOperation, type KosSettings, operation } from './request.ts';
import { answerObject, oneOf } from './schemas.ts';

const errorSchema = answerObject({
  error: answerObject({ code: Type.String(), message: Type.String() }),
});

/** What every operation can be refused with. */
const commonRefusals = [500, 503];

/** One of these proves the caller; what else names an account or a user must agree with it. */
const securitySchemes = {
  accountKey: {
    type: 'apiKey',
    in: 'header',
    name: 'x-account-id',
    description: 'an API key; or, beside another proof, an account: its id or its number',
  },
  bearer: { type: 'http', scheme: 'bearer', description: 'an API key or a token' },
  session: { type: 'apiKey', in: 'header', name: 'x-session-token' },
};

/** Paths, methods, bodies and answers of `operations`, as OpenAPI 3.1. `url`: where they are served. */
export function openApiDocument(
  operations: readonly KosOperation[],
  { regions }: Pick<KosSettings, 'regions'>,
  url: string,
) {
  const byPath = Map.groupBy(operations, ({ route }) => route.path.replaceAll(/:(\w+)/g, '{$1}'));
  const itemOf = (those: readonly KosOperation[]) =>
    Object.fromEntries(
      those.flatMap((one) =>
        one.route.methods.map((method) => [method.toLowerCase(), operationObject(one, regions)]),
      ),
    );
  return {
    openapi: '3.1.0',
    info: { title: 'Onggi: Krutrim Object Storage', version: 'v1' },
    servers: [{ url }],
    security: Object.keys(securitySchemes).map((name) => ({ [name]: [] })),
    paths: Object.fromEntries([...byPath].map(([path, those]) => [path, itemOf(those)])),
    components: { securitySchemes, schemas: { Error: errorSchema } },
  };
}

function operationObject({ name, route, public: open, document }: KosOperation, regions: readonly string[]) {
  const { summary, query, body, success, refusals } = document;
  const statuses = [...new Set([...refusals, ...(open ? [] : [401]), ...commonRefusals])].sort(
    (a, b) => a - b,
  );
  return {
    operationId: name,
    summary,
    ...(open && { security: [] }),
    parameters: [
      ...[...route.path.matchAll(/:(\w+)/g)].map(([, segment]) =>
        parameter('path', segment ?? '', Type.String(), true),
      ),
      ...Object.entries(query?.properties ?? {}).map(([parameterName, schema]) =>
        parameter('query', parameterName, schema, query?.required?.includes(parameterName) ?? false),
      ),
      ...(open ? [] : headers(regions)),
    ],
    ...(body !== undefined && {
      requestBody: { required: body.optional !== true, content: bodyContent(body) },
    }),
    responses: {
      [success.status]: {
        description: STATUS_CODES[success.status],
        ...(success.schema !== undefined && { content: answerContent(success.schema, success.bytes) }),
      },
      ...Object.fromEntries(statuses.map((status) => [status, refusal(STATUS_CODES[status] ?? '')])),
      default: refusal('what else HTTP may refuse'),
    },
  };
}

function headers(regions: readonly string[]) {
  return [
    parameter('header', 'x-region-id', oneOf(regions)),
    parameter('header', 'x-tier', oneOf(kosTiers)),
    parameter('header', 'K-Customer-ID', Type.String({ description: "the caller's user id" })),
  ];
}

function parameter(place: 'path' | 'query' | 'header', name: string, schema: TSchema, required = false) {
  return { name, in: place, required, schema };
}

function bodyContent({ schema, form }: NonNullable<KosDocument['body']>) {
  return { ...jsonContent(schema), ...(form !== undefined && { 'multipart/form-data': { schema: form } }) };
}

/** OpenAPI 3.1 describes bytes by their media type alone. */
function answerContent(schema: TSchema, bytes: string | undefined) {
  return { ...jsonContent(schema), ...(bytes !== undefined && { [bytes]: {} }) };
}

function jsonContent(schema: TSchema) {
  return { 'application/json': { schema } };
}

function refusal(description: string) {
  return {
    description,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  };
}

/** GetApiDocument: GET {base}/openapi.json, of `operations` and itself; open to all. */
export function apiDocumentOf(operations: readonly KosOperation[], base: string): KosOperation {
  const self: KosOperation = operation({
    name: 'GetApiDocument',
    route: { methods: ['GET'], path: `${base}/openapi.json` },
    document: {
      summary: 'This document',
      success: { status: 200, schema: Type.Object({ openapi: Type.String() }) },
      refusals: [],
    },
    body: noBody,
    parse: ({ settings, request }) => ({ settings, url: settings.publicUrl ?? request.origin }),
    authorize: 'public',
    run: async ({ input: { settings, url } }) => openApiDocument([...operations, self], settings, url),
    reply: (document) => json(200, document),
  });
  return self;
}
