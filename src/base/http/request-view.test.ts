import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RequestView } from './request-view.ts';

function view(url: string, rawHeaders: string[] = []): RequestView {
  const facts = { address: '127.0.0.1', secure: false, requestId: '0'.repeat(32), receivedAt: 0 };
  return new RequestView({ method: 'GET', url, rawHeaders }, facts);
}

describe('the view of a request', () => {
  it('takes the target apart without changing it', () => {
    const { target, path, rawQuery } = view('/a%2Fb//c?x=?&y');
    assert.deepEqual([target, path, rawQuery], ['/a%2Fb//c?x=?&y', '/a%2Fb//c', 'x=?&y']);
    assert.equal(view('/a').rawQuery, '');
  });

  it('takes the absolute form of a target too', () => {
    assert.equal(view('HTTP://host:9000/a/b?c').target, '/a/b?c');
    assert.equal(view('http://host').target, '/');
    assert.equal(view('https://host?x').target, '/?x');
    assert.equal(view('*').target, '*');
  });

  it('joins repeated headers and tells which they are', () => {
    const { headers, repeatedHeaders } = view('/', ['A', '1', 'b', '2', 'a', '3', 'A', '4']);
    assert.deepEqual(Object.fromEntries(headers), { a: '1, 3, 4', b: '2' });
    assert.deepEqual([...repeatedHeaders], ['a']);
    assert.equal(view('/', ['A', '1', 'b', '2']).repeatedHeaders.size, 0);
  });
});
