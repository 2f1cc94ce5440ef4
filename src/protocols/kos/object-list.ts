/** The objects of one level as this door lists them: whole, as Krutrim's API knows no pages; a long list is written while it is read. */
import { Type } from 'typebox';
import type { Core } from '../../core/core.ts';
import type { BucketName } from '../../core/model/names.ts';
import { type ListedEntry, listObjects } from '../../core/objects/list.ts';
import { answerObject, dateTime, kosTime } from './schemas.ts';

export const levelSchema = answerObject({
  prefix: Type.String(),
  objects: Type.Array(
    answerObject({
      isFolder: Type.Boolean(),
      size: Type.Integer({ description: 'bytes' }),
      lastModified: Type.Union([dateTime, Type.Null()], { description: 'null for a folder' }),
      key: Type.String(),
    }),
  ),
});

interface LevelObject {
  readonly isFolder: boolean;
  readonly size: number;
  readonly lastModified: string | null;
  readonly key: string;
}

export interface Level {
  readonly objects: readonly LevelObject[];
  /** Reads on, where there is more. */
  readonly next?: () => Promise<Level>;
}

interface LevelInput {
  readonly bucket: BucketName;
  readonly prefix: string;
}

const pageSize = 1000;

/** @throws CoreError NoSuchBucket */
export async function levelOf(core: Core, input: LevelInput, after?: string): Promise<Level> {
  const { bucket, prefix } = input;
  const page = { bucket, prefix, delimiter: '/', limit: pageSize, ...(after !== undefined && { after }) };
  const { entries, truncated } = await listObjects(core, page);
  const objects = entries.filter((entry) => !isMarkerOf(entry, prefix)).map(levelObject);
  const last = entries.at(-1);
  if (!truncated || last === undefined) return { objects };
  return { objects, next: () => levelOf(core, input, nameOf(last)) };
}

/** A folder does not lie in itself; its marker is what other programs make of an empty one. */
function isMarkerOf(entry: ListedEntry, prefix: string): boolean {
  return (
    entry.kind === 'object' && entry.info.key === prefix && prefix.endsWith('/') && entry.info.size === 0
  );
}

function nameOf(entry: ListedEntry): string {
  return entry.kind === 'prefix' ? entry.prefix : entry.info.key;
}

function levelObject(entry: ListedEntry): LevelObject {
  if (entry.kind === 'prefix') return { isFolder: true, size: 0, lastModified: null, key: entry.prefix };
  const { size, modifiedAt, key } = entry.info;
  return { isFolder: false, size, lastModified: kosTime(modifiedAt), key };
}

/** The answer's text, page by page. */
export async function* levelText(prefix: string, first: Level): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`{"prefix":${JSON.stringify(prefix)},"objects":[`);
  let separator = '';
  for (let level: Level | undefined = first; level !== undefined; level = await level.next?.()) {
    if (level.objects.length === 0) continue;
    yield Buffer.from(separator + level.objects.map((one) => JSON.stringify(one)).join(','));
    separator = ',';
  }
  yield Buffer.from(']}');
}
