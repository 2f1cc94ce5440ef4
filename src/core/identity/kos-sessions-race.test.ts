// A hundred activations of one pair at once, from two processes' engines on one store: exactly one live session, on every real engine.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { memoryCore } from '../../../test/support/memory-core.ts';
import { onRealEngines } from '../../../test/support/real-engines.ts';
import type { MetaStore } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { activateKosSession, actorOfKosSession, refreshKosSession } from './kos-sessions.ts';
import { setRoles } from './memberships.ts';
import { createProject } from './projects.ts';
import { createS3Key } from './s3-keys.ts';
import { createUser } from './users.ts';

async function race(stores: readonly MetaStore[]): Promise<void> {
  const plain = await memoryCore({}, []);
  const cores = stores.map((meta): Core => ({ ...plain, meta }));
  const core = cores[0] as Core;
  const user = await createUser(core, { name: 'alice' });
  const project = await createProject(core, { name: 'demo' });
  await setRoles(core, user.id, project.id, ['project-member']);
  const { key, secret } = await createS3Key(core, { userId: user.id, projectId: project.id });
  const pair = { access: key.access, secret, project: project.id };
  const at = (i: number): Core => cores[i % cores.length] as Core;
  const live = async (tokens: readonly string[]): Promise<string[]> => {
    const found = await Promise.all(
      tokens.map((token, i) =>
        actorOfKosSession(at(i + 1), token, '').then(
          () => [token],
          () => [],
        ),
      ),
    );
    return found.flat();
  };

  const sessions = await Promise.all(Array.from({ length: 100 }, (_, i) => activateKosSession(at(i), pair)));
  const winners = await live(sessions.map(({ sessionToken }) => sessionToken));
  assert.equal(winners.length, 1);
  const winner = sessions.find(({ sessionToken }) => sessionToken === winners[0]);
  assert.ok(winner !== undefined);

  // Activations and a refresh of the winner: still at most one.
  const mixed = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) =>
      i === 10
        ? refreshKosSession(at(i), winner.sessionToken, winner.refreshToken)
        : activateKosSession(at(i), pair),
    ),
  );
  const given = mixed.flatMap((one) => (one.status === 'fulfilled' ? [one.value.sessionToken] : []));
  assert.equal((await live([...winners, ...given])).length, 1);
  for (const store of stores) await store.close();
}

describe('a hundred activations of one pair', () => {
  onRealEngines((open) => it('leave one session', async () => race(await open())));
});
