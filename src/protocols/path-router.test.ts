// Matching by method and path, apart from any protocol.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MalformedTarget } from '../base/http/query.ts';
import type { AnyOperation } from './operation.ts';
import { compilePaths, type PathRoute } from './path-router.ts';

function operation(
  name: string,
  path: string,
  ...methods: PathRoute['methods']
): AnyOperation<object, PathRoute> {
  return { name, route: { methods, path } } as unknown as AnyOperation<object, PathRoute>;
}

const find = compilePaths([
  operation('List', '/things', 'GET', 'HEAD'),
  operation('Get', '/things/:name', 'GET'),
  operation('Put', '/things/:name', 'PUT'),
  operation('GetPart', '/things/:name/parts/:id', 'GET'),
  operation('GetFixed', '/things/fixed', 'GET'),
]);

test('method and path name an operation and its segments', () => {
  assert.equal(find('HEAD', '/things').operation?.name, 'List');
  assert.equal(find('PUT', '/things/a').operation?.name, 'Put');
  assert.deepEqual(find('PUT', '/things/a').allow, ['GET', 'PUT']);
  const part = find('GET', '/things/a%20b/parts/7%2F8');
  assert.equal(part.operation?.name, 'GetPart');
  assert.deepEqual({ ...part.segments }, { name: 'a b', id: '7/8' });
});

test('a fixed segment wins over a named one', () => {
  assert.equal(find('GET', '/things/fixed').operation?.name, 'GetFixed');
});

test('a known path with another method tells which it takes', () => {
  for (const method of ['DELETE', 'BREW', 'get']) {
    const { operation: none, allow } = find(method, '/things/a');
    assert.equal(none, undefined);
    assert.deepEqual(allow, ['GET', 'PUT']);
  }
});

test('unknown paths take nothing', () => {
  for (const path of [
    '/',
    '/thing',
    '/THINGS',
    '/things/a/parts',
    '/things/a/parts/1/',
    '//things',
    '/things/a/b',
  ]) {
    assert.deepEqual(find('GET', path), { operation: undefined, segments: {}, allow: [] }, path);
  }
});

test('what cannot be decoded is malformed, wherever it stands', () => {
  for (const path of ['/things/%ff', '/things/%2', '/%zz']) {
    assert.throws(() => find('GET', path), MalformedTarget, path);
  }
});

test('two operations of one shape stop the start', () => {
  assert.throws(() => compilePaths([operation('A', '/a/:x', 'GET'), operation('B', '/a/:y', 'GET')]));
});
