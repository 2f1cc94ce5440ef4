import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as sdk from '@aws-sdk/client-s3';
import { RequestView } from '../../base/http/request-view.ts';
import { S3Error } from './errors.ts';
import { notYet, otherHosts } from './not-yet.ts';
import { s3Operations } from './operations/index.ts';
import { parseS3Request } from './request.ts';
import { compileRoutes, type Routed } from './routes.ts';

const resolve = compileRoutes(s3Operations, notYet);

function viewOf(method: string, url: string, headers: Record<string, string> = {}) {
  const rawHeaders = Object.entries(headers).flat();
  const facts = { address: '127.0.0.1', secure: false, requestId: 'r', receivedAt: 0 };
  return parseS3Request(new RequestView({ method, url, rawHeaders }, facts), { domains: [] });
}

function nameOf(method: string, url: string, headers?: Record<string, string>): string {
  return resolve({ ...viewOf(method, url, headers) }).name;
}

function refusalOf(method: string, url: string): S3Error {
  try {
    const found = nameOf(method, url);
    return assert.fail(`${method} ${url} is ${found}`);
  } catch (error) {
    assert.ok(error instanceof S3Error, String(error));
    return error;
  }
}

const copySource = { 'x-amz-copy-source': '/b/k' };

describe('finding the operation', () => {
  it('goes by method, place, query names and headers', () => {
    const table: [string, string, string, Record<string, string>?][] = [
      ['ListBuckets', 'GET', '/'],
      ['AssumeRoleWithWebIdentity', 'POST', '/'],
      ['CreateBucket', 'PUT', '/b'],
      ['CreateBucket', 'PUT', '/b/'],
      ['HeadBucket', 'HEAD', '/b'],
      ['DeleteBucket', 'DELETE', '/b'],
      ['GetBucketLocation', 'GET', '/b?location'],
      ['GetBucketLocation', 'GET', '/b/?location='],
      ['GetBucketEncryption', 'GET', '/b?encryption'],
      ['PutBucketEncryption', 'PUT', '/b?encryption'],
      ['DeleteBucketEncryption', 'DELETE', '/b?encryption'],
      ['ListObjects', 'GET', '/b'],
      ['ListObjectsV2', 'GET', '/b?list-type=2&prefix=p'],
      ['ListMultipartUploads', 'GET', '/b?uploads'],
      ['ListObjectVersions', 'GET', '/b?versions&prefix=p'],
      ['PutBucketVersioning', 'PUT', '/b?versioning'],
      ['PutBucketTagging', 'PUT', '/b?tagging'],
      ['GetBucketTagging', 'GET', '/b?tagging'],
      ['DeleteBucketTagging', 'DELETE', '/b?tagging'],
      ['GetBucketVersioning', 'GET', '/b?versioning'],
      ['PutBucketLifecycleConfiguration', 'PUT', '/b?lifecycle'],
      ['GetBucketLifecycleConfiguration', 'GET', '/b?lifecycle'],
      ['DeleteBucketLifecycle', 'DELETE', '/b?lifecycle'],
      ['PutBucketAcl', 'PUT', '/b?acl'],
      ['PutBucketAcl', 'POST', '/b?acl'],
      ['GetBucketAcl', 'GET', '/b?acl'],
      ['PutBucketCors', 'PUT', '/b?cors'],
      ['GetBucketCors', 'GET', '/b?cors'],
      ['DeleteBucketCors', 'DELETE', '/b?cors'],
      ['DeleteObjects', 'POST', '/b?delete'],
      ['PutObject', 'PUT', '/b/k'],
      ['GetObject', 'GET', '/b/k'],
      ['GetObject', 'GET', '/b/k?partNumber=2'],
      ['HeadObject', 'HEAD', '/b/k?partNumber=2'],
      ['DeleteObject', 'DELETE', '/b/k'],
      ['GetObjectAcl', 'GET', '/b/k?acl'],
      ['PutObjectAcl', 'PUT', '/b/k?acl'],
      ['GetObjectAttributes', 'GET', '/b/k?attributes'],
      ['CopyObject', 'PUT', '/b/k', copySource],
      ['CreateMultipartUpload', 'POST', '/b/k?uploads'],
      ['UploadPart', 'PUT', '/b/k?partNumber=1&uploadId=u'],
      ['UploadPartCopy', 'PUT', '/b/k?partNumber=1&uploadId=u', copySource],
      ['CompleteMultipartUpload', 'POST', '/b/k?uploadId=u'],
      ['AbortMultipartUpload', 'DELETE', '/b/k?uploadId=u'],
      ['ListParts', 'GET', '/b/k?uploadId=u'],
    ];
    for (const [name, method, url, headers] of table) assert.equal(nameOf(method, url, headers), name);
    assert.deepEqual(
      [...new Set(table.map(([name]) => name))].sort(),
      s3Operations.map((o) => o.name).sort(),
    );
  });

  it('ignores query names that S3 does not know, and those of signatures and answers', () => {
    assert.equal(
      nameOf('GET', '/b/k?X-Amz-Signature=1&x-id=GetObject&response-expires=1&nonsense'),
      'GetObject',
    );
    assert.equal(nameOf('PUT', '/b/k?x-id=PutObject&id=7'), 'PutObject');
    assert.equal(nameOf('GET', '/b?nonsense=1'), 'ListObjects');
    assert.equal(nameOf('GET', '/b/k?versionId=null'), 'GetObject');
  });

  it('never takes a request for a sub-resource as the plain operation', () => {
    const subresources = new Set([...s3Operations, ...notYet].flatMap(({ route }) => route.query ?? []));
    for (const name of subresources) {
      for (const [method, url] of [
        ['GET', '/'],
        ['GET', '/b'],
        ['PUT', '/b'],
        ['DELETE', '/b'],
        ['GET', '/b/k'],
        ['PUT', '/b/k'],
        ['DELETE', '/b/k'],
      ] as const) {
        const plain = nameOf(method, url);
        if (plain === 'GetObject' && name === 'partNumber') continue;
        try {
          assert.notEqual(nameOf(method, `${url}?${name}`), plain, `${method} ${url}?${name}`);
        } catch (error) {
          assert.ok(error instanceof S3Error, String(error));
          assert.match(error.code, /^(NotImplemented|MethodNotAllowed|InvalidArgument)$/);
        }
      }
    }
  });

  it('names what is not served', () => {
    const refused = refusalOf('GET', '/b?policy');
    assert.deepEqual(
      [refused.code, refused.message],
      ['NotImplemented', 'GetBucketPolicy is not implemented.'],
    );
    assert.match(refusalOf('GET', '/b?analytics&id=1&x-id=GetBucketAnalyticsConfiguration').message, /^Get/);
    assert.match(refusalOf('GET', '/b?analytics').message, /^ListBucketAnalytics/);
    assert.match(refusalOf('POST', '/b').message, /^PostObject/);
    assert.match(refusalOf('POST', '/b/k?select&select-type=2').message, /^SelectObjectContent/);
  });

  it('answers 405 with the methods that would do', () => {
    for (const [method, url, allowed] of [
      ['PUT', '/', 'GET, POST'],
      ['PATCH', '/b/k', 'DELETE, GET, HEAD, PUT'],
      ['POST', '/b/k', 'DELETE, GET, HEAD, PUT'],
      ['GET', '/b?delete', 'POST'],
      ['HEAD', '/b?policy', 'DELETE, GET, PUT'],
    ] as const) {
      const refused = refusalOf(method, url);
      assert.equal(refused.code, 'MethodNotAllowed', `${method} ${url}`);
      assert.equal(refused.headers.Allow, allowed, `${method} ${url}`);
    }
  });

  it('refuses sub-resources that do not go together or lack a companion', () => {
    assert.equal(refusalOf('GET', '/b?acl&policy').code, 'InvalidArgument');
    assert.equal(refusalOf('GET', '/b?list-type=2&uploads').code, 'InvalidArgument');
    assert.equal(refusalOf('PUT', '/b/k?partNumber=1').code, 'InvalidArgument');
    assert.equal(refusalOf('PUT', '/b/k?uploadId=u').code, 'InvalidArgument');
    assert.equal(refusalOf('GET', '/b/k?tagging&uploadId=u').code, 'InvalidArgument');
  });
});

describe('compiling the table', () => {
  const one: Routed = { name: 'One', route: { method: 'GET', scope: 'bucket', query: ['a', 'b'] } };

  it('stops at two operations of one shape', () => {
    const two: Routed = { name: 'Two', route: { method: 'GET', scope: 'bucket', query: ['b', 'a'] } };
    assert.throws(() => compileRoutes([one, two], []), /One and Two have the same shape/);
    assert.throws(() => compileRoutes([one], [two]), /Two is listed as not served/);
  });
});

describe('the list of operations', () => {
  it('accounts for every operation of the public API', () => {
    const commands = Object.keys(sdk)
      .filter((name) => /^[A-Z].*[a-z]Command$|V2Command$/.test(name) && name !== '$Command')
      .map((name) => name.slice(0, -'Command'.length));
    assert.ok(commands.length > 100);
    const served = s3Operations.map(({ name }) => name);
    const known = new Set([...served, ...notYet.map(({ name }) => name), ...otherHosts]);
    assert.deepEqual(
      commands.filter((name) => !known.has(name)),
      [],
      'neither served nor listed as not served',
    );
    assert.deepEqual(
      notYet.map(({ name }) => name).filter((name) => served.includes(name)),
      [],
      'served and listed as not served',
    );
    const own = ['PostObject', 'AssumeRoleWithWebIdentity'];
    assert.deepEqual(
      [...known].filter((name) => !commands.includes(name) && !own.includes(name)),
      [],
      'not in the public API',
    );
  });
});
