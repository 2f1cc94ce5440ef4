// GET /healthcheck
import { test } from 'node:test';
import { assertPage, assertSentence, swiftRequest, useSwift } from '../support/swift.ts';

const swift = useSwift();

test('says OK', async () => {
  assertSentence(await swiftRequest(swift.server, 'GET', '/healthcheck'), 200, 'OK');
  assertPage(await swiftRequest(swift.server, 'DELETE', '/healthcheck'), 405);
});
