/** Everything a command needs to work on the data: engines, master key and limits, opened from the configuration. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { inspect } from 'node:util';
import { systemClock, systemRandom } from '../base/clock.ts';
import { HashThread } from '../base/hash-thread.ts';
import { type Config, ConfigError } from '../config/options.ts';
import type { Core } from '../core/core.ts';
import {
  createMasterKey,
  type MasterKey,
  masterKeyBytes,
  parseMasterKey,
} from '../core/identity/master-key.ts';
import { nameLimits } from '../core/model/names.ts';
import type { BlobStore } from '../engines/blob/blob-store.ts';
import type { MetaStore } from '../engines/meta/meta-store.ts';

/** The engines of a configuration, with what measurement says about their inline size. Main makes them; it alone knows their names. */
export interface Engines {
  readonly meta: MetaStore;
  readonly blobs: BlobStore;
  readonly inlineBytes: number;
}

export type OpenEngines = (config: Config) => Promise<Engines>;

const gibibyte = 1024 ** 3;

/** @throws ConfigError for a master key that cannot be used; Unavailable or an Error of an engine that cannot be opened. */
export async function openCore(config: Config, openEngines: OpenEngines): Promise<Core> {
  const masterKey = loadMasterKey(config);
  const { meta, blobs, inlineBytes } = await openEngines(config);
  process.on('uncaughtExceptionMonitor', printDefect).on('exit', endAsKilled);
  return {
    meta,
    blobs,
    masterKey,
    clock: systemClock,
    random: systemRandom,
    hashThread: new HashThread(),
    settings: {
      names: nameLimits[config.limitsProfile],
      region: config.region,
      regions: [...new Set([config.region, ...config.regions])],
      inlineBytes: config.inlineBytes ?? inlineBytes,
      tokenTtl: config.tokenTtl,
      sessionTtl: config.sessionTtl,
      maxUploadBytes: 5 * gibibyte,
      minPartBytes: 5 * 1024 * 1024,
      collectGrace: config.collectGrace * 1000,
      lifecycleDay: config.lifecycleDay * 1000,
      trailHour: config.trailHour * 1000,
    },
  };
}

export async function closeCore(core: Core): Promise<void> {
  await core.meta.close();
  await core.blobs.close();
  await core.hashThread?.close();
  process.off('uncaughtExceptionMonitor', printDefect).off('exit', endAsKilled);
}

/**
 * A process that ends by a defect, with its engines open, must end at once. Node would first wait for the engines' threads, and one
 * in the middle of a commit waits for this one: for ever, and with it everybody who wants to write.
 */
function endAsKilled(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** As Node would, but before the end. */
function printDefect(error: unknown): void {
  process.stderr.write(`${inspect(error)}\n`);
}

/** From the environment, else from the key file, which is made on the first start. */
function loadMasterKey(config: Config): MasterKey {
  if (config.masterKey !== undefined) return keyFromText(config.masterKey, 'ONGGI_MASTER_KEY');
  const path = config.masterKeyFile ?? `${resolve(config.data)}.key`;
  try {
    writeFileSync(path, `${randomBytes(masterKeyBytes).toString('base64')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw new ConfigError(`master key file ${path}: cannot be created`);
    }
  }
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new ConfigError(`master key file ${path}: cannot be read`);
  }
  return keyFromText(text.trim(), `master key file ${path}`);
}

function keyFromText(text: string, source: string): MasterKey {
  const bytes = parseMasterKey(text);
  if (bytes === undefined)
    throw new ConfigError(`${source}: must be 32 bytes as base64 or 64 hex characters`);
  return createMasterKey(bytes);
}
