/**
 * Opens the data directory of a server that does not run, as the collector or an auditor would: the real engines, and a clock that can
 * be ahead of time. Owns looking below the engines' interfaces too, for what must not be left there.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import { systemRandom } from '../../src/base/clock.ts';
import type { Core } from '../../src/core/core.ts';
import { createMasterKey, masterKeyBytes } from '../../src/core/identity/master-key.ts';
import { tags } from '../../src/core/model/keys.ts';
import { defaultNameLimits } from '../../src/core/model/names.ts';
import { openDisk } from '../../src/engines/blob/disk/blob-store.ts';
import { openLmdb } from '../../src/engines/meta/lmdb/open.ts';

/** Runs `work` on the store in `dataDir`; its clock is `ahead` milliseconds ahead. */
export async function withStore<T>(dataDir: string, work: (core: Core) => Promise<T>, ahead = 0): Promise<T> {
  const clock = () => Date.now() + ahead;
  const meta = await openLmdb({ path: join(dataDir, 'meta') });
  const blobs = await openDisk({ path: join(dataDir, 'blobs'), clock });
  try {
    return await work({
      meta,
      blobs,
      clock,
      random: systemRandom,
      // Nothing that is sealed is opened here.
      masterKey: createMasterKey(Buffer.alloc(masterKeyBytes)),
      settings: {
        names: defaultNameLimits,
        region: 'kr-central-2',
        inlineBytes: 16 * 1024,
        tokenTtl: 43_200,
        maxUploadBytes: 5 * 1024 ** 3,
        minPartBytes: 5 * 1024 ** 2,
        collectGrace: 0,
      },
    });
  } finally {
    await meta.close();
    await blobs.close();
  }
}

/** The files that hold blobs, or are on their way to. */
export function blobFiles(dataDir: string): string[] {
  return readdirSync(join(dataDir, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The counters of buckets, blobs and manifests, in hex: each goes with what it counts, and no range of the engine shows it. */
export async function countersLeft(dataDir: string): Promise<string[]> {
  const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;
  const root = open<Buffer, Buffer>({ ...binary, path: join(dataDir, 'meta'), noSubdir: false, maxDbs: 4 });
  try {
    const keys = [...root.openDB<Buffer, Buffer>('counters', binary).getKeys()];
    return keys.filter((key) => mortal.includes(key[0])).map((key) => key.toString('hex'));
  } finally {
    await root.close();
  }
}

const mortal: readonly (number | undefined)[] = [
  tags.bucketObjects,
  tags.bucketBytes,
  tags.blobReferences,
  tags.manifestReferences,
];
