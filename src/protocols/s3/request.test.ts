import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RequestView } from '../../base/http/request-view.ts';
import { S3Error } from './errors.ts';
import { parseS3Request, storedContentEncoding } from './request.ts';

const domains = ['s3.example.com', 'example.com'];

function requestOf(target: string, ...headers: string[]): RequestView {
  return new RequestView(
    { method: 'GET', url: target, rawHeaders: headers },
    { address: '127.0.0.1', secure: false, requestId: '0'.repeat(32), receivedAt: 0 },
  );
}

function addressOf(target: string, host = 'localhost:9000') {
  const { style, bucket, key } = parseS3Request(requestOf(target, 'Host', host), { domains });
  return { style, bucket, key };
}

describe('the address in an S3 request', () => {
  const pathStyle: [target: string, bucket: string | undefined, key: string | undefined][] = [
    ['/', undefined, undefined],
    ['/?list-type=2', undefined, undefined],
    ['/photos', 'photos', undefined],
    ['/photos/', 'photos', undefined],
    ['/photos/a', 'photos', 'a'],
    ['/photos//', 'photos', '/'],
    ['/photos//a//b/', 'photos', '/a//b/'],
    ['/photos/./a/../b/..', 'photos', './a/../b/..'],
    ['/photos/a+b%20c%2Bd', 'photos', 'a+b c+d'],
    ['/photos/%ED%95%9C%EA%B8%80%F0%9F%8F%BA', 'photos', '한글🏺'],
    ['/photos/\xed\x95\x9c', 'photos', '한'],
    ['/photos/%2F%2e%2e%2Fa', 'photos', '/../a'],
    ['/photos%2Fa', 'photos', 'a'],
    ['/photos/100%25', 'photos', '100%'],
    ['//a', '', 'a'],
    ['//', '', undefined],
  ];
  for (const [target, bucket, key] of pathStyle) {
    it(`reads ${target} in path style`, () => {
      assert.deepEqual(addressOf(target), { style: 'path', bucket, key });
    });
  }

  const hosts: [host: string, style: 'path' | 'host', bucket: string | undefined, key: string | undefined][] =
    [
      ['photos.s3.example.com', 'host', 'photos', 'a/b'],
      ['Photos.S3.Example.COM:9000', 'host', 'photos', 'a/b'],
      ['my.photos.s3.example.com', 'host', 'my.photos', 'a/b'],
      ['photos.example.com', 'host', 'photos', 'a/b'],
      ['s3.example.com', 'path', 'a', 'b'],
      ['s3.example.com:443', 'path', 'a', 'b'],
      // Below example.com this is the bucket ".s3", which core's parser refuses.
      ['.s3.example.com', 'host', '.s3', 'a/b'],
      ['photos.elsewhere.org', 'path', 'a', 'b'],
      ['notexample.com', 'path', 'a', 'b'],
      ['127.0.0.1:9000', 'path', 'a', 'b'],
      ['[::1]:9000', 'path', 'a', 'b'],
    ];
  for (const [host, style, bucket, key] of hosts) {
    it(`reads the host ${host}`, () => {
      assert.deepEqual(addressOf('/a/b', host), { style, bucket, key });
    });
  }

  it('takes a host-style request without a path for one to the bucket', () => {
    assert.deepEqual(addressOf('/', 'photos.s3.example.com'), {
      style: 'host',
      bucket: 'photos',
      key: undefined,
    });
  });

  for (const target of ['/b/%', '/b/%zz', '/b/%2', '/b/%ff', '/b/%c0%af', '/b/%ed%a0%80', '/b/a%00b', '*']) {
    it(`refuses ${target}`, () => {
      assert.throws(
        () => addressOf(target),
        (error) => error instanceof S3Error && error.code === 'InvalidURI' && error.status === 400,
      );
    });
  }
});

describe('the stored content encoding', () => {
  const cases: [sent: string, stored: string | undefined][] = [
    ['gzip', 'gzip'],
    ['aws-chunked', undefined],
    ['aws-chunked,gzip', 'gzip'],
    ['gzip, AWS-Chunked', 'gzip'],
    ['aws-chunked, gzip, br', 'gzip,br'],
    ['', ''],
  ];
  for (const [sent, stored] of cases) {
    it(`of "${sent}"`, () =>
      assert.equal(storedContentEncoding(requestOf('/b/k', 'Content-Encoding', sent)), stored));
  }
  it('is absent when none was sent', () => assert.equal(storedContentEncoding(requestOf('/b/k')), undefined));
});
