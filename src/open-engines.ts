/** The one place that names concrete engines. */
import { join } from 'node:path';
import type { Engines } from './cli/open-core.ts';
import type { Config } from './config/options.ts';
import { openDisk } from './engines/blob/disk/blob-store.ts';
import { openLmdb } from './engines/meta/lmdb/open.ts';
import type { MetaStore } from './engines/meta/meta-store.ts';

export async function openEngines(config: Config): Promise<Engines> {
  const meta = await openMeta(config);
  try {
    const blobs = await openDisk({ path: config.blobs.path ?? join(config.data, 'blobs') });
    // docs/performance.md has the measurements behind these sizes.
    return { meta, blobs, inlineBytes: config.meta.kind === 'postgres' ? 8 * 1024 : 16 * 1024 };
  } catch (error) {
    await meta.close();
    throw error;
  }
}

async function openMeta(config: Config): Promise<MetaStore> {
  if (config.meta.kind === 'postgres') {
    // Only then: the driver is a good part of a process's start and memory.
    const { openPostgres } = await import('./engines/meta/postgres/open.ts');
    return openPostgres({ url: config.meta.url });
  }
  return openLmdb({ path: config.meta.path ?? join(config.data, 'meta') });
}
