/**
 * Owns speaking S3, Swift and Krutrim's API in the crash rounds: one vocabulary for all, in which losing the connection is an answer
 * like any other. Refuses to judge whether an answer is right.
 */
import { apiKeyOf } from '../support/kos.ts';
import { objectTarget, type RawRequest, rawS3 } from '../support/s3.ts';
import type { TestUser } from '../support/seed.ts';
import { accountName, type SwiftCall, swiftRequest, v1Login } from '../support/swift.ts';

/** What an answer says, in words that both protocols share. */
export type Verdict =
  | 'done'
  /** Swift's 202 to PUT of a container, S3's BucketAlreadyOwnedByYou, Krutrim's AlreadyExists. */
  | 'exists'
  /** No such object, bucket or upload; `code` tells which, where the protocol does. */
  | 'absent'
  | 'precondition'
  | 'not empty'
  /** A range beyond the end. */
  | 'beyond'
  /** Others were faster all the time: it never happened. */
  | 'beaten'
  /** Any other 503: whether it happened, or will, is not said. */
  | 'busy'
  /** No answer: it happened before the connection was lost, or never will. */
  | 'lost'
  /** Nobody listened: it never happened. */
  | 'refused'
  /** No answer in time, or an answer that nothing here should get. */
  | 'wrong';

export interface Answer {
  readonly verdict: Verdict;
  /** S3's error code. */
  readonly code: string | undefined;
  readonly header: (name: string) => string | undefined;
  readonly bytes: Buffer;
  /** For the report: method, target and what came back. */
  readonly told: string;
}

export interface Place {
  readonly bucket: string;
  readonly key: string;
}

/** The doors that objects are read and written through. */
export type DoorName = 'S3' | 'Swift';

/** Where the server is now: restarts change it. */
export type Address = Readonly<{ url: string }>;

export interface Call {
  readonly method: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Milliseconds after which a request counts as hanging. */
const patience = 45_000;

const byStatus: Readonly<Record<number, Verdict>> = {
  404: 'absent',
  412: 'precondition',
  416: 'beyond',
  503: 'busy',
};
const byCode: Readonly<Record<string, Verdict>> = {
  BucketAlreadyOwnedByYou: 'exists',
  BucketNotEmpty: 'not empty',
  ConditionalRequestConflict: 'beaten',
  SlowDown: 'beaten',
};

export function askS3(at: Address, user: TestUser, call: Call): Promise<Answer> {
  return ask(call, async () => {
    const request: RawRequest = { ...call, user };
    const { status, headers, body, element } = await rawS3(at, request);
    const code = status >= 400 ? element('Code') : undefined;
    const verdict = status < 300 ? 'done' : (byCode[code ?? ''] ?? byStatus[status] ?? 'wrong');
    return { status, verdict, code, header: (name: string) => singleHeader(headers[name]), bytes: body };
  });
}

export function askSwift(at: Address, token: string, user: TestUser, call: Call): Promise<Answer> {
  const { method, target, headers = {}, body } = call;
  return ask(call, async () => {
    const path = `/v1/${accountName(user.project, 'upstream')}${target}`;
    const options: SwiftCall = {
      headers: { 'X-Auth-Token': token, ...headers },
      ...(body === undefined ? {} : { body }),
    };
    const answer = await swiftRequest(at, method, path, options);
    const { status } = answer;
    const isContainer = /^\/[^/?]+$/.test(target);
    const made = isContainer && method === 'PUT' && status === 202 ? 'exists' : 'done';
    const refusal = status === 409 ? 'not empty' : (byStatus[status] ?? 'wrong');
    return {
      status,
      verdict: status < 300 ? made : refusal,
      code: undefined,
      header: (name: string) => answer.headers[name],
      bytes: answer.bytes,
    };
  });
}

/** A call of Krutrim's API: `body` is JSON. */
export function askKos(at: Address, user: TestUser, call: Call): Promise<Answer> {
  return ask(call, async () => {
    const headers = { 'x-account-id': apiKeyOf(user), 'Content-Type': 'application/json', ...call.headers };
    const { status, headers: answered, body, text } = await rawS3(at, { ...call, headers });
    const code = status >= 400 ? /"code":"(\w+)"/.exec(text)?.[1] : undefined;
    const refusal = code === 'AlreadyExists' ? 'exists' : (byStatus[status] ?? 'wrong');
    return {
      status,
      verdict: status < 300 ? 'done' : refusal,
      code,
      header: (name: string) => singleHeader(answered[name]),
      bytes: body,
    };
  });
}

export async function logInToSwift(at: Address, user: TestUser): Promise<string> {
  return (await v1Login(at, user)).token;
}

/** `/bucket/key`, encoded as both protocols take it. */
export function targetOf({ bucket, key }: Place): string {
  return objectTarget(bucket, key);
}

function singleHeader(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

type Received = Omit<Answer, 'told'> & { readonly status: number };

async function ask({ method, target }: Call, send: () => Promise<Received>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patience);
  });
  try {
    const received = await Promise.race([send(), tooLate]);
    if (received === undefined) return nothing('wrong', `${method} ${target}: no answer in ${patience} ms`);
    const { status, code } = received;
    const text = received.verdict === 'wrong' ? ` ${received.bytes.toString('utf8', 0, 500)}` : '';
    return { ...received, told: `${method} ${target}: ${status} ${code ?? ''}${text}` };
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return nothing(why === 'ECONNREFUSED' ? 'refused' : 'lost', `${method} ${target}: ${why}`);
  } finally {
    clearTimeout(timer);
  }
}

function nothing(verdict: Verdict, told: string): Answer {
  return { verdict, code: undefined, header: () => undefined, bytes: Buffer.alloc(0), told };
}
