import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestView } from '../../../test/support/s3-signing.ts';
import { defaultNameLimits } from '../../core/model/names.ts';
import { S3Error } from './errors.ts';
import { parseReadRequest, readInTerms } from './object-reading.ts';

test('strangers may not choose the headers of an answer, even of a public object', async () => {
  const anonymous = { kind: 'anonymous', address: '192.0.2.7' } as const;
  const ask = (query: string) => {
    const view = { ...requestView({ target: `/bucket/key${query}` }), limits: defaultNameLimits };
    return readInTerms(anonymous, parseReadRequest(view), () => Promise.reject(new Error('read')));
  };
  await assert.rejects(ask('?response-content-type=text/html'), (error) => {
    assert.ok(error instanceof S3Error);
    assert.equal(error.code, 'InvalidRequest');
    return true;
  });
  await assert.rejects(ask('?nonsense'), /^Error: read$/);
});
