/**
 * The store as a whole: which format it has, which master key it belongs to, and whether its engines can serve.
 * A store opened with another key would look intact and open nothing, so it is refused at the start.
 */
import { retrying } from '../engines/meta/meta-store.ts';
import type { Core } from './core.ts';

const storeKey = Buffer.from([0x01]);
const formatVersion = 1;

/** The store cannot be used as configured; the message is one line for the operator. */
export class StoreRefused extends Error {}

/**
 * Marks a new store as ours, or checks an existing one.
 * @throws StoreRefused for a newer format or another master key
 */
export async function claimStore(core: Core): Promise<void> {
  const proof = core.masterKey.digest('store', Buffer.from('onggi')).subarray(0, 16);
  const own = Buffer.concat([Buffer.from([formatVersion]), proof]);
  await retrying(async () => {
    const [found] = await core.meta.get([storeKey]);
    if (found === undefined) {
      await core.meta.commit({ checks: [[storeKey, null]], puts: [[storeKey, own]] });
      return;
    }
    if (found.value[0] !== formatVersion) {
      throw new StoreRefused(
        `the metadata store has format ${found.value[0]}, this server knows ${formatVersion}`,
      );
    }
    if (!proof.equals(found.value.subarray(1))) {
      throw new StoreRefused('the metadata store belongs to another master key');
    }
  });
}

/** Resolves when both engines answer. @throws Unavailable */
export async function checkHealth(core: Core): Promise<void> {
  await Promise.all([core.meta.get([storeKey]), core.blobs.health()]);
}
