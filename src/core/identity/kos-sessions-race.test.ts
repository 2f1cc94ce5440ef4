// A hundred activations of one pair at once, from two processes' engines on one store: exactly one live session, on every real engine.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { memoryCore } from '../../../test/support/memory-core.ts';
import { postgresMissing, startPostgres, type TestPostgres } from '../../../test/support/postgres.ts';
import { tempDirectory } from '../../../test/support/temp.ts';
import { openLmdb } from '../../engines/meta/lmdb/open.ts';
import type { MetaStore } from '../../engines/meta/meta-store.ts';
import { openPostgres } from '../../engines/meta/postgres/open.ts';
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
  const missing = postgresMissing();
  let server: TestPostgres | undefined;
  before(async () => {
    if (missing === false) server = await startPostgres();
  });
  after(() => server?.stop());

  it('leave one session on LMDB', async () => {
    const path = join(tempDirectory('kos-sessions'), 'meta');
    await race([await openLmdb({ path })]);
  });

  it('leave one session on PostgreSQL', { skip: missing }, async () => {
    const url = `${server?.url}?schema=test_${randomBytes(8).toString('hex')}`;
    await race([await openPostgres({ url }), await openPostgres({ url })]);
  });
});
