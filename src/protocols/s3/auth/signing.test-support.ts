/** What the tests of signatures share: the key of AWS's published examples in a real core, and requests as values. */
import assert from 'node:assert/strict';
import { systemRandom } from '../../../base/clock.ts';
import { RequestView } from '../../../base/http/request-view.ts';
import type { Core } from '../../../core/core.ts';
import { createMasterKey } from '../../../core/identity/master-key.ts';
import { setRoles } from '../../../core/identity/memberships.ts';
import { createProject } from '../../../core/identity/projects.ts';
import { createS3Key } from '../../../core/identity/s3-keys.ts';
import { createUser } from '../../../core/identity/users.ts';
import { defaultNameLimits } from '../../../core/model/names.ts';
import { openMemoryBlobs } from '../../../engines/blob/memory/blob-store.ts';
import { openMemory } from '../../../engines/meta/memory/meta-store.ts';
import type { Authenticated } from '../../protocol.ts';
import { S3Error, type S3ErrorCode } from '../errors.ts';
import { parseS3Request, type S3View } from '../request.ts';
import { authenticateS3 } from './authenticate.ts';

/** S3 API reference, "Signature Calculations": the key, host and time of all its examples. */
export const example = {
  access: 'AKIAIOSFODNN7EXAMPLE',
  secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  host: 'examplebucket.s3.amazonaws.com',
  region: 'us-east-1',
  timestamp: '20130524T000000Z',
  time: Date.UTC(2013, 4, 24),
} as const;

export const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** A core in memory with one user, who holds the example key. */
export async function exampleCore(): Promise<Core> {
  const core: Core = {
    meta: await openMemory(),
    blobs: openMemoryBlobs(),
    clock: () => example.time,
    random: systemRandom,
    masterKey: createMasterKey(systemRandom(32)),
    settings: {
      names: defaultNameLimits,
      region: 'kr-central-2',
      inlineBytes: 0,
      tokenTtl: 60,
      maxUploadBytes: 1,
      minPartBytes: 1,
      collectGrace: 0,
    },
  };
  const { id: projectId } = await createProject(core, { name: 'demo' });
  const { id: userId } = await createUser(core, { name: 'alice' });
  await setRoles(core, userId, projectId, ['project-member']);
  await createS3Key(core, { userId, projectId, access: example.access, secret: example.secret });
  return core;
}

export interface TestRequest {
  readonly method?: string;
  readonly target: string;
  /** Names and values alternating. */
  readonly headers?: readonly string[];
  /** When it arrives, milliseconds since the epoch; the examples' time when absent. */
  readonly at?: number;
}

export function requestView({
  method = 'GET',
  target,
  headers = [],
  at = example.time,
}: TestRequest): S3View {
  const request = new RequestView(
    { method, url: target, rawHeaders: [...headers] },
    { address: '192.0.2.7', secure: false, requestId: '0'.repeat(32), receivedAt: at },
  );
  return parseS3Request(request, { domains: ['s3.amazonaws.com'] });
}

type Kind = 'none' | 'stream' | 'document';

export function authenticate(
  core: Core,
  request: TestRequest,
  kind: Kind = 'stream',
  name = 'Example',
): Promise<Authenticated> {
  return authenticateS3(core, requestView(request), { name, body: { kind, maxBytes: 1 << 20 } });
}

export function isS3Error(code: S3ErrorCode, text: string | RegExp = '') {
  return (error: unknown): true => {
    assert.ok(error instanceof S3Error, `${code} expected, not ${error}`);
    assert.equal(error.code, code, error.message);
    if (typeof text === 'string') assert.ok(error.message.includes(text), error.message);
    else assert.match(error.message, text);
    return true;
  };
}

/** The bytes cut at the given places, each piece in memory of its own, as a socket would give them. */
export async function* pieces(bytes: Uint8Array, ...borders: number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const to of [...borders, bytes.length]) {
    yield Uint8Array.from(bytes.subarray(from, to));
    from = to;
  }
}

export async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
