/**
 * Owns what must hold of a directory before LMDB opens it: its binding ends the whole process when it meets a file that
 * is not its own, or no space for a new one, so we look first. Refuses to open the files as LMDB.
 */
import { access, constants, mkdir, open, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Unavailable } from '../../errors.ts';
import { codeOf, hasNoSpace } from './failure.ts';

/** Where LMDB's first page says what it is (in the binding's format: after a page header of 24 bytes). */
const magicOffset = 24;
const magic = 0xbeefc0de;
const headerBytes = 32;

/**
 * Makes the directory when it is not there, and its lock file with room for `readers`.
 * @throws Unavailable, or the system's own error.
 */
export async function prepareDirectory(path: string, readers: number): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  await prepareLockFile(join(path, 'lock.mdb'), readers);
  const file = join(path, 'data.mdb');
  const header = await readHeader(file);
  if (header.length === 0 && hasNoSpace(path)) throw new Unavailable(`no space for ${file}`, 'full');
  if (header.length > 0 && !isOurs(header)) throw new Unavailable(`${file} is not a metadata store`);
}

/** A new file outlives a power cut only when its directory's list of names is on the disk too, and that one's likewise. */
export async function syncNames(path: string): Promise<void> {
  for (const directory of [path, dirname(path)]) {
    await using handle = await open(directory, 'r');
    await handle.sync();
  }
}

/**
 * Written out, because a file with holes would end the process when a hole is first used on a full disk. Never opened
 * when it is there: closing it again would drop the locks that LMDB holds on it in this process.
 */
async function prepareLockFile(file: string, readers: number): Promise<void> {
  // LMDB needs 64 bytes for each reader and a few for what stands before them.
  const content = Buffer.alloc((readers + 16) * 64);
  try {
    await writeFile(file, content, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    await access(file, constants.R_OK | constants.W_OK);
    if (!(await stat(file)).isFile()) throw new Unavailable(`${file} is not a file`);
  }
}

/** The first bytes of a file that can be read and written; none of an absent one. */
async function readHeader(file: string): Promise<Buffer> {
  try {
    await using handle = await open(file, 'r+');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

function isOurs(header: Buffer): boolean {
  return header.length === headerBytes && header.readUInt32LE(magicOffset) === magic;
}
