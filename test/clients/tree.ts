/** A directory tree of many small files under names that clients and servers get wrong, and how to compare two of them. */
import { hash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { seededBytes } from './content.ts';

/** Each fits every file system's rules for a name, and none has a line break: clients report one file a line. */
const oddNames = [
  'plain',
  'two  blanks',
  ' blank in front',
  'blank at the end ',
  'a+b',
  '100%',
  '%41%2F',
  'a&b=c;d',
  '<markup>',
  `'single' "double"`,
  'back\\slash',
  '#hash?question',
  '(round) [square] {curly}',
  '한글 옹기',
  '한글 옹기'.normalize('NFD'),
  '日本語',
  'naïve café',
  '🙂👩‍👩‍👧',
  '..dots..',
  '.hidden',
  '~tilde~',
  '-dash',
  '!@$^,:|`',
];

/** Bytes of the files, in turn: mostly small, some empty, some too large to be kept beside their record. */
const sizes = [0, 1, 17, 200, 1000, 4096, 300, 20_000, 50, 2500];

/** The path of file number `index`: up to four folders deep, about sixty files a folder. */
function pathOf(index: number): string {
  const name = (step: number) => oddNames[(index * 7 + step) % oddNames.length] ?? '';
  const folder = Math.floor(index / 60);
  const folders = Array.from(
    { length: folder % 5 },
    (_, depth) => `${oddNames[(folder + 5 * depth) % oddNames.length]}-${folder}`,
  );
  return join(...folders, `${name(0)} ${index}${name(3)}`);
}

/** Writes `count` files below `directory`, which need not exist; returns their paths relative to it. */
export function writeTree(directory: string, count: number): string[] {
  const paths = Array.from({ length: count }, (_, index) => pathOf(index));
  for (const folder of new Set(paths.map((path) => dirname(path)))) {
    mkdirSync(join(directory, folder), { recursive: true });
  }
  for (const [index, path] of paths.entries()) {
    writeFileSync(
      join(directory, path),
      Buffer.concat([...seededBytes(path, sizes[index % sizes.length] ?? 0)]),
    );
  }
  return paths;
}

/** Path -> SHA-256 of every file below `directory`, in the order of the paths. */
export async function digestsOfTree(directory: string): Promise<Map<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const digests = new Map<string, string>();
  for (const file of files) digests.set(relative(directory, file), hash('sha256', readFileSync(file)));
  return digests;
}
