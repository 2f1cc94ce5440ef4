/**
 * Loaded by a server before itself: ends the server and all its processes, as SIGKILL does, at a chosen moment of the commits that bring
 * objects. It is armed by a file beside the data directory, which holds a `Trap` as JSON; without the file nothing happens.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tags } from '../../src/core/model/keys.ts';
import { LmdbMetaStore } from '../../src/engines/meta/lmdb/meta-store.ts';
import type { Commit } from '../../src/engines/meta/meta-store.ts';
import { PostgresMetaStore } from '../../src/engines/meta/postgres/meta-store.ts';

export interface Trap {
  /** When all commits are about to begin; some time after they have; when all have succeeded, and nothing was answered. */
  readonly moment: 'before' | 'amid' | 'behind';
  /** Commits that are waited for. */
  readonly commits: number;
  /** Milliseconds after the beginning of the last commit, for `amid`. */
  readonly delay: number;
}

/** The file that arms the servers of `dataDir`. */
export function trapFile(dataDir: string): string {
  return join(dirname(dataDir), 'trap.json');
}

let arrived = 0;

function die(): void {
  process.kill(0, 'SIGKILL');
}

/** Resolves never: the server ends first. */
const never = new Promise<never>(() => {});

async function trapped({ moment, commits, delay }: Trap, succeed: () => Promise<void>): Promise<void> {
  if (moment === 'behind') await succeed();
  arrived += 1;
  const all = arrived === commits;
  if (moment !== 'amid') {
    if (all) die();
    return never;
  }
  // When only `amid` is too late, its commits may be answered.
  if (all) setTimeout(die, delay);
  await succeed();
}

function setTrap(file: string): void {
  for (const { prototype } of [LmdbMetaStore, PostgresMetaStore]) {
    const { commit } = prototype;
    prototype.commit = function patched(this: never, changes: Commit) {
      const succeed = () => commit.call(this, changes);
      const brings = changes.puts?.some(([key]) => key[0] === tags.object) ?? false;
      if (!brings || !existsSync(file)) return succeed();
      return trapped(JSON.parse(readFileSync(file, 'utf8')) as Trap, succeed);
    };
  }
}

const { ONGGI_DATA } = process.env;
if (ONGGI_DATA !== undefined) setTrap(trapFile(ONGGI_DATA));
