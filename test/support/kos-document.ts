/** Holds answers of Krutrim's API against the OpenAPI document that the server itself hands out. */
import assert from 'node:assert/strict';
import { Errors } from 'typebox/schema';
import type { TestServer } from './start-server.ts';

/** By media type; no schema: bytes of whatever kind. */
type Content = Readonly<Record<string, { readonly schema?: object }>>;

interface Described {
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
  readonly [other: string]: unknown;
}

export interface ApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
  readonly [other: string]: unknown;
}

const documents = new Map<string, Promise<ApiDocument>>();

/** Asked of each server once. */
export function apiDocument({ url }: Pick<TestServer, 'url'>): Promise<ApiDocument> {
  const known = documents.get(url) ?? fetchDocument(url);
  documents.set(url, known);
  return known;
}

async function fetchDocument(url: string): Promise<ApiDocument> {
  // An address for internal calls has its document under its own prefix.
  const first = await fetch(`${url}/kos/v1/openapi.json`);
  const response = first.status === 404 ? await fetch(`${url}/internal/kos/v1/openapi.json`) : first;
  assert.equal(response.status, 200);
  return (await response.json()) as ApiDocument;
}

/** What the document says of a call; undefined for paths and methods it does not have. */
export function describedCall(document: ApiDocument, method: string, path: string): Described | undefined {
  const asked = (path.split('?')[0] ?? '').split('/');
  const fits = (template: string) => {
    const parts = template.split('/');
    return (
      parts.length === asked.length && parts.every((part, at) => part.startsWith('{') || part === asked[at])
    );
  };
  const parameters = (template: string) => template.split('{').length;
  const [template] = Object.keys(document.paths)
    .filter(fits)
    .sort((a, b) => parameters(a) - parameters(b));
  return template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()];
}

export interface DescribedAnswer {
  readonly status: number;
  readonly text: string;
  /** Its Content-Type, null when it has none; JSON unless told. */
  readonly type?: string | null;
}

/** The answer's status is in the document, by number where the call succeeded, and its body has a described type and form. */
export async function assertDescribed(
  server: Pick<TestServer, 'url'>,
  { method, path }: { readonly method: string; readonly path: string },
  answer: DescribedAnswer,
): Promise<void> {
  const document = await apiDocument(server);
  const call = describedCall(document, method, path);
  if (call === undefined) return;
  const { status, text, type = 'application/json' } = answer;
  const described = call.responses[status] ?? (status < 400 ? undefined : call.responses.default);
  assert.ok(described, `${method} ${path}: ${status} is not in the document`);
  if (described.content === undefined) {
    assert.equal(text, '', `${method} ${path}: ${status} has a body`);
    return;
  }
  const content = described.content[type?.split(';')[0] ?? ''];
  assert.ok(content, `${method} ${path}: ${status} is ${type}, which is not in the document`);
  const { schema } = content;
  if (schema === undefined) return;
  const whole =
    '$ref' in schema ? document.components.schemas[String(schema.$ref).split('/').at(-1) ?? ''] : schema;
  assert.ok(whole, 'a schema is not there');
  const [, errors] = Errors(whole, JSON.parse(text));
  assert.deepEqual(errors, [], `${method} ${path}: ${status} is not as described: ${text}`);
}

/** What `fetch` is answered, held against the document: for bodies and answers that are not JSON. */
export async function fetchDescribed(
  server: Pick<TestServer, 'url'>,
  method: string,
  path: string,
  init: RequestInit,
): Promise<{ status: number; text: string; type: string | null }> {
  const response = await fetch(`${server.url}${path}`, { ...init, method });
  const type = response.headers.get('content-type');
  const answer = { status: response.status, text: await response.text(), type };
  await assertDescribed(server, { method, path }, answer);
  return answer;
}
