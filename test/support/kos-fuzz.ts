/**
 * Owns calls of Krutrim's API as nobody should send them: drawn from the server's own OpenAPI document, valid, nearly valid and not at all. Knows the
 * shapes of requests alone; what answers must be like is for the test to say.
 */
import fc from 'fast-check';
import type { ApiDocument } from './kos-document.ts';

/** What texts of a request may stand for: things that are there, of the caller and of others, by the name of their field or segment. */
export type Known = Readonly<Record<string, readonly string[]>>;

export interface FuzzCall {
  readonly operation: string;
  readonly method: string;
  /** With its query, percent-encoded as far as HTTP needs. */
  readonly target: string;
  /** A name may come twice. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** One character for each byte. */
  readonly body: string | undefined;
}

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  /** Of fields of any name. */
  readonly additionalProperties?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
}

interface Described {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

const long = 'x'.repeat(3000);
const oddTexts = [
  '',
  ' ',
  '\0',
  'a\0b',
  'a\nb',
  '\r\nX: y',
  '\ud800',
  'a\udc00b',
  '\u202e\ufeff',
  '한글',
  'e\u0301'.repeat(200),
  `e${'\u0301'.repeat(900)}`,
  '..',
  '.',
  '../../etc/passwd',
  'a/../b',
  '/',
  '//',
  '%00',
  '%2F..%2f',
  '%',
  '__proto__',
  'constructor',
  'toString',
  'null',
  '-1',
  '1e308',
  '*',
  '?',
  '#',
  'krn:',
  'KRN:KOS:::::',
  'krn:kos:a:default:default:bucket:*',
  `krn:kos:r:default:default:bucket:${long}`,
  'krn:kos:r:0000000000:default:bucket:00000000-0000-0000-0000-000000000000',
  '::1',
  'fe80::1%eth0',
  '1.2.3.4/33',
  '*.*.*.*',
  '256.1.1.1',
  long,
  '{"a":1}',
  '[[[[[[[[',
] as const;

const oddNumbers = [-0, -1, 0, 0.5, 101, 2 ** 31, 2 ** 53, 1e308, 5e-324, -1e308];

function nested(depth: number): unknown {
  let value: unknown = {};
  for (let i = 0; i < depth; i += 1) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Values that belong nowhere. */
const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, [], {}, [null], [[]], nested(60), { length: 3 }),
  fc.constantFrom(...oddNumbers),
  fc.constantFrom(...oddTexts),
  fc.constantFrom(...['__proto__', 'constructor', 'toJSON', 'a\nb'].map((key) => new Map([[key, 5]]))),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.array(fc.constantFrom<unknown>(1, 'a', null), { minLength: 250, maxLength: 250 }),
);

/** A value that `schema` takes, or nearly so. */
function valueFor(schema: Schema, name: string, known: Known): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) {
    const choices = schema.anyOf.map((one) => ({
      weight: one.type === 'null' ? 1 : 4,
      arbitrary: valueFor(one, name, known),
    }));
    return fc.oneof(...choices);
  }
  switch (schema.type) {
    case 'string':
      return textOf(name, known);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'integer':
    case 'number': {
      const { minimum = 0, maximum = 1000 } = schema;
      return fc.integer({ min: minimum, max: Math.min(maximum, 2 ** 31 - 1) });
    }
    case 'array':
      return fc.array(valueFor(schema.items ?? {}, name, known), { maxLength: 4 });
    case 'object':
      return objectOf(schema, known);
    default:
      return odd;
  }
}

function objectOf({ properties = {}, additionalProperties }: Schema, known: Known): fc.Arbitrary<unknown> {
  if (typeof additionalProperties === 'object') return namedTexts(additionalProperties, known);
  const fields = Object.entries(properties).map(([name, schema]) => {
    const value = fc.oneof(
      { weight: 16, arbitrary: valueFor(schema, name, known) },
      { weight: 1, arbitrary: odd },
      { weight: 6, arbitrary: fc.constant(undefined) },
    );
    return value.map((one) => [name, one] as const);
  });
  const extra = fc.option(
    fc.tuple(fc.constantFrom('extra', '__proto__', 'constructor', 'hasOwnProperty'), odd),
    { freq: 5 },
  );
  return fc.tuple(fc.tuple(...fields), extra).map(([some, more]) => {
    const entries = some.filter(([, value]) => value !== undefined);
    return new Map<string, unknown>(more === null ? entries : [...entries, more]);
  });
}

/** Values by any names, of which some are those of nothing that is usually thought of. */
function namedTexts(schema: Schema, known: Known): fc.Arbitrary<Map<string, unknown>> {
  const name = fc.constantFrom('team', 'a b', '한글', 'x', 'y', 'z');
  const oddName = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom('a\nb', 'a\rb', 'a\u2028b', '__proto__', 'constructor', 'length'),
    },
    { weight: 1, arbitrary: fc.constantFrom(...oddTexts) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }) },
  );
  const value = valueFor(schema, 'tag', known);
  const usual = fc.array(fc.tuple(name, value), { maxLength: 4 });
  return fc
    .oneof(
      usual,
      fc
        .tuple(usual, fc.tuple(oddName, fc.oneof(value, odd)))
        .map(([some, one]) => [...some.slice(0, 1), one]),
    )
    .map((entries) => new Map(entries));
}

function textOf(name: string, known: Known): fc.Arbitrary<string> {
  const there = known[name];
  const usual = there === undefined || there.length === 0 ? ['plain', 'a/b', '2026'] : there;
  // Secrets have their own places, where answers and the log do not repeat them.
  const isSecret = (of: string) => /Token$|^secretKey$|^x-account-id$/.test(of);
  const others = Object.entries(known).flatMap(([of, texts]) => (isSecret(of) ? [] : texts));
  return fc.oneof(
    { weight: 24, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
    { weight: 2, arbitrary: fc.constantFrom(...oddTexts) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
    { weight: 1, arbitrary: fc.constantFrom(...usual).chain(damaged) },
  );
}

/** A text of which one character is another, or that is cut, or longer, or in other letters. */
function damaged(text: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.nat(Math.max(text.length - 1, 0)), fc.constantFrom('flip', 'cut', 'double', 'upper', 'swap'))
    .map(([at, how]) => {
      switch (how) {
        case 'flip':
          return `${text.slice(0, at)}${String.fromCharCode(text.charCodeAt(at) ^ 1 || 97)}${text.slice(at + 1)}`;
        case 'cut':
          return text.slice(0, at);
        case 'double':
          return text + text;
        case 'upper':
          return text.toUpperCase();
        default:
          return `${text.slice(at)}${text.slice(0, at)}`;
      }
    });
}

/** JSON of values in which maps stand for objects, so that every key can be one; -0 stays what it is. */
export function jsonOf(value: unknown): string {
  if (Object.is(value, -0)) return '-0';
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return `{${entries.map(([key, one]) => `${JSON.stringify(String(key))}:${jsonOf(one)}`).join(',')}}`;
}

const manglings: Readonly<Record<string, (text: string, at: number) => Buffer>> = {
  cut: (text, at) => Buffer.from(text).subarray(0, at),
  'not UTF-8': (text) => Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe, 0xc0])]),
  BOM: (text) => Buffer.from(`\ufeff${text}`),
  'UTF-16': (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  twice: (text) => Buffer.from(text + text),
  'keys twice': (text) => Buffer.from(text.replace(/^\{(.+)\}$/s, '{$1,$1}')),
  'an array': (text) => Buffer.from(`[${text}]`),
  'huge numbers': (text) => Buffer.from(text.replace(/:(true|false|\d+)/g, ':1e999')),
  'no numbers': (text) => Buffer.from(text.replace(/:(true|false|\d+)/g, ':NaN')),
  deep: () => Buffer.from('['.repeat(30_000) + ']'.repeat(30_000)),
  'deep inside': (text) =>
    Buffer.from(text.replace(/:(null|true|false|"[^"]*")/, `:${'['.repeat(20_000)}${']'.repeat(20_000)}`)),
  nothing: () => Buffer.alloc(0),
  blanks: () => Buffer.from('  \r\n '),
  null: () => Buffer.from('null'),
  text: () => Buffer.from('"text"'),
  NUL: (text) => Buffer.from(`${text}\0`),
  'too long': (text) => Buffer.from(`${text}${' '.repeat(70_000)}`),
};

function bodyOf(schema: Schema, known: Known): fc.Arbitrary<Buffer> {
  const text = fc
    .oneof({ weight: 9, arbitrary: objectOf(schema, known) }, { weight: 1, arbitrary: odd })
    .map(jsonOf);
  const mangled = fc
    .tuple(text, fc.constantFrom(...Object.values(manglings)), fc.nat(40))
    .map(([one, mangle, at]) => mangle(one, at));
  return fc.oneof(
    { weight: 8, arbitrary: text.map((one) => Buffer.from(one)) },
    { weight: 1, arbitrary: mangled },
  );
}

/** As it stands in a path or query: encoded, encoded twice, or as raw as HTTP lets it be. */
function written(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const encode = (one: string) => encodeURIComponent(one.toWellFormed());
  return fc
    .tuple(
      text,
      fc.constantFrom('plain', 'plain', 'encoded', 'encoded', 'encoded', 'encoded', 'encoded', 'twice'),
    )
    .map(([one, how]) => {
      if (how === 'plain') return one.replaceAll(/[^!-~]|[?#]/g, (odd) => encode(odd));
      return how === 'twice' ? encode(encode(one)) : encode(one);
    });
}

type Header = readonly [name: string, value: string];

/** A header's value as HTTP lets it be. */
const sendable = (text: string) => text.replaceAll(/[^\t\x20-\x7e]/g, '~');

function headersOf(known: Known, hasBody: boolean): fc.Arbitrary<Header[]> {
  const one = (name: string, usual: readonly string[]) =>
    textOf(name, { ...known, [name]: usual }).map((text): Header => [name, sendable(text)]);
  const proof = fc.constantFrom(...(known['x-account-id'] ?? [])).map((key): Header => ['x-account-id', key]);
  const others = fc.oneof(
    one('x-account-id', known['x-account-id'] ?? []),
    one('x-region-id', ['In-Bangalore-1']),
    one('x-tier', ['fast', 'tier-2']),
    one('K-Customer-ID', known['K-Customer-ID'] ?? []),
    one('x-session-token', known.sessionToken ?? []),
    one(
      'Authorization',
      (known['x-account-id'] ?? []).map((key) => `Bearer ${key}`),
    ),
    one('Accept', ['application/octet-stream', 'text/html']),
    one('Content-Type', [
      'text/plain',
      'multipart/form-data; boundary=b',
      'application/json; charset=utf-16',
    ]),
    one('Content-Encoding', ['gzip']),
    one('Origin', ['https://evil.example']),
  );
  const type: Header = ['Content-Type', 'application/json'];
  const more = fc.oneof(
    { weight: 7, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(others, { maxLength: 2 }) },
  );
  const first = fc.oneof(
    { weight: 9, arbitrary: proof.map((key) => [key]) },
    { weight: 1, arbitrary: fc.constant([]) },
  );
  const typed = fc.constantFrom(...(hasBody ? [[type], [type], [type], [type], []] : [[]]));
  return fc.tuple(first, typed, more).map((all): Header[] => all.flat());
}

function queryOf(parameters: Described['parameters'], known: Known): fc.Arbitrary<string> {
  const names = parameters.filter((one) => one.in === 'query');
  if (names.length === 0) return fc.constantFrom('', '', '', '?', '?a=b&a=c', '?%', '?%ff=1', `?${long}`);
  const pair = fc.constantFrom(...names).chain(({ name, schema }) => {
    const value = fc
      .oneof(valueFor(schema, name, known), odd)
      .map((one) => (typeof one === 'string' ? one : jsonOf(one)));
    return written(value.map((text) => text.slice(0, 5000))).map((text) => `${name}=${text}`);
  });
  return fc.array(pair, { maxLength: 3 }).map((pairs) => (pairs.length === 0 ? '' : `?${pairs.join('&')}`));
}

/** Calls of every operation that the document names, by the operation. */
export function fuzzCalls(document: ApiDocument, known: Known): Map<string, fc.Arbitrary<FuzzCall>> {
  const calls = new Map<string, fc.Arbitrary<FuzzCall>>();
  for (const [template, methods] of Object.entries(document.paths)) {
    for (const [method, value] of Object.entries(methods)) {
      const { operationId: operation, parameters, requestBody } = value as unknown as Described;
      const schema = requestBody?.content['application/json']?.schema;
      const steps = template.split('/').map((step) => {
        const [, name] = /^\{(\w+)\}$/.exec(step) ?? [];
        return name === undefined ? fc.constant(step) : written(textOf(name, known));
      });
      const body =
        schema === undefined
          ? fc.constant(undefined)
          : bodyOf(schema, known).map((bytes) => bytes.toString('latin1'));
      const parts = fc.record({
        path: fc.tuple(...steps),
        query: queryOf(parameters, known),
        headers: headersOf(known, schema !== undefined),
        body,
      });
      const call = parts.map(({ path, query, ...rest }): FuzzCall => {
        return { operation, method: method.toUpperCase(), target: `${path.join('/')}${query}`, ...rest };
      });
      calls.set(operation, call);
    }
  }
  return calls;
}
