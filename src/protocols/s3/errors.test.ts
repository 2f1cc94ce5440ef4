import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MalformedTarget } from '../../base/http/query.ts';
import { RequestView } from '../../base/http/request-view.ts';
import { parseXml } from '../../base/wire/xml.ts';
import { CoreError } from '../../core/errors.ts';
import type { Failure } from '../failure.ts';
import { fromCore, renderS3Error, S3Error, s3Error, toS3Error } from './errors.ts';

function requestOf(method: string, target: string, ...headers: string[]): RequestView {
  return new RequestView(
    { method, url: target, rawHeaders: headers },
    { address: '127.0.0.1', secure: false, requestId: 'ab'.repeat(16), receivedAt: 0 },
  );
}

function documentOf(error: Failure, request = requestOf('GET', '/photos/a%20b?X-Amz-Signature=secret')) {
  const reply = renderS3Error(error, request);
  assert.equal(typeof reply.body, 'string');
  const { children } = parseXml(Buffer.from(String(reply.body)));
  const document = Object.fromEntries(children.map(({ name, text }) => [name, text]));
  return { reply, document };
}

describe('S3 errors', () => {
  it('prints code, message, further elements, resource and request id', () => {
    const { reply, document } = documentOf(
      new CoreError('NoSuchKey', { bucket: 'photos', key: 'a<b>&"\u0001' }),
    );
    assert.equal(reply.status, 404);
    assert.equal(reply.headers?.['Content-Type'], 'application/xml');
    assert.equal(document.Code, 'NoSuchKey');
    assert.equal(document.Key, 'a<b>&"\u0001');
    assert.equal(document.Resource, '/photos/a%20b');
    assert.equal(document.RequestId, 'ab'.repeat(16));
    assert.ok(document.HostId);
    assert.ok(!String(reply.body).includes('secret'));
  });

  it('has no body for HEAD', () => {
    const reply = renderS3Error(
      new CoreError('NoSuchBucket', { bucket: 'photos' }),
      requestOf('HEAD', '/photos'),
    );
    assert.equal(reply.status, 404);
    assert.equal(reply.body, undefined);
  });

  it('answers an unchanged object with 304, its tag and its time', () => {
    const reply = renderS3Error(
      new CoreError('NotModified', { etag: 'abc', modifiedAt: Date.UTC(2026, 10, 21, 3, 12, 14, 500) }),
      requestOf('GET', '/photos/a'),
    );
    assert.deepEqual(reply, {
      status: 304,
      headers: { ETag: '"abc"', 'Last-Modified': 'Sat, 21 Nov 2026 03:12:14 GMT' },
    });
  });

  it('tells when to come back', () => {
    const { reply } = documentOf(new CoreError('Unavailable', { reason: 'disk' }));
    assert.equal(reply.status, 503);
    assert.equal(reply.headers?.['Retry-After'], 1);
  });

  it('tells the size of an object whose end lies before the range', () => {
    const request = requestOf('GET', '/photos/a', 'Range', 'bytes=9-');
    const { reply, document } = documentOf(new CoreError('RangeNotSatisfiable', { size: 4 }), request);
    assert.equal(reply.status, 416);
    assert.equal(reply.headers?.['Content-Range'], 'bytes */4');
    assert.equal(document.ActualObjectSize, '4');
    assert.equal(document.RangeRequested, 'bytes=9-');
  });

  it('tells a lost conditional write from a busy server', () => {
    const busy = new CoreError('Busy', { what: 'object' });
    const plain = requestOf('PUT', '/photos/a');
    const conditional = requestOf('PUT', '/photos/a', 'If-None-Match', '*');
    assert.equal(toS3Error(busy, plain).code, 'SlowDown');
    assert.equal(toS3Error(busy, conditional).code, 'ConditionalRequestConflict');
  });

  it('tells whose bucket has the name', () => {
    const taken = (sameProject: boolean) =>
      toS3Error(
        new CoreError('BucketExists', { bucket: 'photos', sameProject, sameOwner: false }),
        requestOf('PUT', '/photos'),
      ).code;
    assert.equal(taken(true), 'BucketAlreadyOwnedByYou');
    assert.equal(taken(false), 'BucketAlreadyExists');
  });

  it('answers a target that cannot be decoded with InvalidURI', () => {
    const { reply, document } = documentOf(new MalformedTarget('broken'));
    assert.equal(reply.status, 400);
    assert.equal(document.Code, 'InvalidURI');
  });

  it('keeps reasons inside', () => {
    for (const error of [
      new CoreError('Internal', { reason: 'hush' }),
      new CoreError('AccessDenied', { action: 'x', resource: 'y', anonymous: false, reason: 'hush' }),
      new CoreError('Unauthenticated', { reason: 'hush' }),
    ]) {
      assert.ok(!String(documentOf(error).reply.body).includes('hush'));
    }
  });

  it('keeps the message and elements of its own errors', () => {
    const error = s3Error('InvalidArgument', 'Not so.', {
      ArgumentName: 'max-keys',
      ArgumentValue: undefined,
    });
    assert.ok(error instanceof S3Error);
    const { document } = documentOf(error);
    assert.equal(document.Message, 'Not so.');
    assert.equal(document.ArgumentName, 'max-keys');
    assert.ok(!('ArgumentValue' in document));
  });

  it('gives every core error a status of failure or 304', () => {
    assert.ok(Object.keys(fromCore).length > 30);
    const request = requestOf('GET', '/photos');
    for (const [code, translate] of Object.entries(fromCore)) {
      const error = (translate as (details: unknown, request: RequestView) => S3Error)(
        { what: 'bucket', digest: 'md5', modifiedAt: 0 },
        request,
      );
      assert.ok(error.status >= 400 || error.code === 'NotModified', code);
    }
  });
});
