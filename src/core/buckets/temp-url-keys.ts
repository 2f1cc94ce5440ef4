/**
 * Owns the keys that sign temporary addresses of a project's or a bucket's objects. They live among the metadata, where Swift has them,
 * but sealed: who holds one opens every object it covers. Refuses to check signatures: each protocol has its own text to sign.
 */
import type { Core } from '../core.ts';
import { projectFormat } from '../identity/codecs.ts';
import { projectKey } from '../identity/keys.ts';
import { bucketFormat } from '../model/codecs.ts';
import { bucketKey } from '../model/keys.ts';
import type { BucketName, ProjectId } from '../model/names.ts';
import type { Metadata } from '../model/object-records.ts';

/** Their names in metadata: two, so that one can be replaced while addresses signed with the other still hold. */
export const tempUrlKeyNames: readonly string[] = ['temp-url-key', 'temp-url-key-2'];

const purpose = 'temp url key';
/** No text from outside begins with a control character. */
const mark = '\u0001sealed:';

export function isSealedKey(value: string): boolean {
  return value.startsWith(mark);
}

/** `metadata` as it is stored: a key in it that is not sealed yet is now. */
export function sealTempUrlKeys({ masterKey }: Pick<Core, 'masterKey'>, metadata: Metadata): Metadata {
  if (!tempUrlKeyNames.some((name) => Object.hasOwn(metadata, name))) return metadata;
  const sealed = (value: string) =>
    isSealedKey(value) ? value : `${mark}${masterKey.seal(purpose, Buffer.from(value)).toString('base64')}`;
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [
      name,
      tempUrlKeyNames.includes(name) ? sealed(value) : value,
    ]),
  );
}

/** The key in a stored value; undefined when there is none that our master key opens. */
export function openTempUrlKey({ masterKey }: Pick<Core, 'masterKey'>, value: string): string | undefined {
  if (!isSealedKey(value)) return undefined;
  return masterKey.open(purpose, Buffer.from(value.slice(mark.length), 'base64'))?.toString();
}

export interface TempUrlKeys {
  /** They open every bucket of the project. */
  readonly project: readonly string[];
  /** They open the one bucket asked for. */
  readonly bucket: readonly string[];
}

/** The keys in force for a bucket; none for a project that is absent or disabled. */
export async function tempUrlKeys(
  core: Core,
  project: ProjectId,
  bucket: BucketName | undefined,
): Promise<TempUrlKeys> {
  const wanted = bucket === undefined ? [] : [bucketKey(bucket)];
  const [projectEntry, bucketEntry] = await core.meta.get([projectKey(project), ...wanted]);
  const owner = projectEntry === undefined ? undefined : projectFormat.decode(projectEntry.value);
  if (owner?.enabled !== true) return { project: [], bucket: [] };
  const record = bucketEntry === undefined ? undefined : bucketFormat.decode(bucketEntry.value);
  return {
    project: keysIn(core, owner.metadata),
    bucket: record?.projectId === project ? keysIn(core, record.metadata) : [],
  };
}

function keysIn(core: Core, metadata: Metadata): string[] {
  return tempUrlKeyNames.flatMap((name) => {
    const key = openTempUrlKey(core, metadata[name] ?? '');
    return key ? [key] : [];
  });
}
