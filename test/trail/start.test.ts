// What the start itself changes is in the trail: the first user, or a seed; a start that changes nothing leaves nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issueToken } from '../support/iam.ts';
import { root } from '../support/seed.ts';
import { startServer } from '../support/start-server.ts';
import { trailEvents } from '../support/trail.ts';

test('a seed is one event, of the command; applied again it is none', async () => {
  await using server = await startServer();
  const token = await issueToken(server, root);
  const events = await trailEvents(server, token, '?service=cli');
  assert.deepEqual(
    events.map(({ eventName, serviceName, eventCategory, resourceType, userAgent, user, response }) => [
      eventName,
      serviceName,
      eventCategory,
      resourceType,
      userAgent,
      user.type,
      response.status,
    ]),
    [['ApplySeed', 'CLI', 'DOMAIN', 'Service', 'onggi serve', 'system', 200]],
  );
  await server.restart();
  assert.deepEqual(await trailEvents(server, await issueToken(server, root), '?service=cli'), events);
});

test('the first start of an empty store is an event', async () => {
  await using server = await startServer({ seed: false });
  const [, id, secret] = /IAM access key +(\w+)\n +secret +(\w+)/.exec(server.stdout()) ?? [];
  assert.ok(id !== undefined && secret !== undefined);
  const token = await issueToken(server, { ...root, iamKey: { id, name: 'default', secret } });
  const events = await trailEvents(server, token, '?service=cli');
  assert.deepEqual(
    events.map(({ eventName }) => eventName),
    ['FirstStart'],
  );
});
