// The judge of the crash rounds is judged first.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain, type Operation } from '../support/linearizability.ts';

const never = Number.POSITIVE_INFINITY;

function write(value: string, called: number, returned: number, certain = true): Operation {
  return { label: `write ${value}`, called, returned, certain, apply: () => [value] };
}

function read(value: string, called: number, returned: number): Operation {
  const apply = (state: string) => (state === value ? [state] : []);
  return { label: `read ${value}`, called, returned, certain: true, apply };
}

/** Succeeds only on an empty register. */
function create(value: string, called: number, returned: number): Operation {
  const apply = (state: string) => (state === '' ? [value] : []);
  return { label: `create ${value}`, called, returned, certain: true, apply };
}

function verdict(...operations: Operation[]): string {
  const result = explain([''], operations);
  return result.ok ? result.states.toSorted().join(' or ') : `not explained: ${result.operation.label}`;
}

describe('the check of histories', () => {
  it('explains what happened one after the other, and refuses what did not', () => {
    assert.equal(verdict(write('a', 1, 2), read('a', 3, 4), write('b', 5, 6), read('b', 7, 8)), 'b');
    assert.equal(verdict(write('a', 1, 2), read('', 3, 4)), 'not explained: read ');
    assert.equal(verdict(write('a', 1, 2), write('b', 3, 4), read('a', 5, 6)), 'not explained: read a');
  });

  it('orders concurrent writes as the reads demand, but for all readers alike', () => {
    const writes = [write('a', 1, 10), write('b', 2, 9)];
    assert.equal(verdict(...writes, read('a', 11, 12)), 'a');
    assert.equal(verdict(...writes, read('b', 11, 12)), 'b');
    assert.equal(verdict(...writes, read('a', 3, 4), read('b', 5, 6)), 'b');
    const both = [...writes, read('a', 11, 12), read('b', 13, 14)];
    assert.equal(verdict(...both), 'not explained: read b');
    // Seen, not seen, seen again.
    const flickering = [write('a', 1, 20), read('a', 2, 3), read('', 4, 5)];
    assert.equal(verdict(...flickering), 'not explained: read ');
  });

  it('lets an operation without an answer happen before its end, or never', () => {
    const lost = write('b', 3, 4, false);
    assert.equal(verdict(write('a', 1, 2), lost), 'a or b');
    assert.equal(verdict(write('a', 1, 2), lost, read('a', 5, 6)), 'a');
    assert.equal(verdict(write('a', 1, 2), lost, read('b', 5, 6)), 'b');
    assert.equal(verdict(write('a', 1, 2), lost, read('a', 5, 6), read('b', 7, 8)), 'not explained: read b');
    const late = write('b', 3, never, false);
    assert.equal(verdict(write('a', 1, 2), late, read('a', 5, 6), read('b', 7, 8)), 'b');
    assert.equal(verdict(write('a', 1, 2), late, read('b', 5, 6), read('a', 7, 8)), 'not explained: read a');
  });

  it('lets one conditional writer win', () => {
    assert.equal(verdict(create('a', 1, 10)), 'a');
    assert.equal(verdict(create('a', 1, 10), create('b', 2, 9)), 'not explained: create a');
    const removal = { ...write('', 3, 4), label: 'delete' };
    assert.equal(verdict(create('a', 1, 10), removal, create('b', 2, 9)), 'a or b');
  });
});
