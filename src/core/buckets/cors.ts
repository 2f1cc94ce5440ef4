/**
 * The CORS document of a bucket: which pages of which origins may use it from a browser. One list of rules for every door, read and
 * replaced whole. Refuses to know requests: what a rule means for one is `protocols/cors.ts`.
 */
import type { Core } from '../core.ts';
import { isCoreError } from '../errors.ts';
import { bucketDocumentKey } from '../model/keys.ts';
import type { BucketName, ProjectId } from '../model/names.ts';
import { list, number, optional, recordFormat, structure, text, word } from '../model/record-format.ts';
import { type BucketDocument, readDocument, writeDocument } from './documents.ts';
import { openPlace } from './lookup.ts';

export const corsMethods = ['PUT', 'POST', 'GET', 'DELETE', 'HEAD'] as const;
export type CorsMethod = (typeof corsMethods)[number];

export interface CorsRule {
  /** S3's name for a rule; nothing looks at it. */
  readonly id?: string;
  /** `https://app.example.com`, with at most one `*`. */
  readonly origins: readonly string[];
  readonly methods: readonly CorsMethod[];
  /** Names of headers that requests may have, with at most one `*` each. */
  readonly headers: readonly string[];
  /** Names of headers that pages may see of answers. */
  readonly expose: readonly string[];
  /** Seconds that the answer to a preflight may be remembered. */
  readonly maxAge?: number;
}

const corsDocument: BucketDocument<{ readonly rules: readonly CorsRule[] }> = {
  kind: 'cors',
  format: recordFormat('cors', 1, {
    rules: list(
      structure<CorsRule>({
        id: optional(text),
        origins: list(text),
        methods: list(word(...corsMethods)),
        headers: list(text),
        expose: list(text),
        maxAge: optional(number),
      }),
    ),
  }),
};

/** None when the bucket has no document. @throws CoreError NoSuchBucket */
export async function readCors(core: Core, bucket: BucketName): Promise<readonly CorsRule[]> {
  return (await readDocument(core, bucket, corsDocument))?.rules ?? [];
}

/** No rules: no document. @throws CoreError NoSuchBucket, Busy */
export async function writeCors(
  core: Core,
  bucket: BucketName,
  rules: readonly CorsRule[],
): Promise<readonly CorsRule[]> {
  await writeDocument(core, bucket, corsDocument, rules.length === 0 ? undefined : { rules });
  return rules;
}

/** The rules that act at an address: none where there is no such bucket, or not in this project. */
export async function corsAt(
  core: Core,
  { bucket, project }: { readonly bucket: BucketName; readonly project?: ProjectId },
): Promise<readonly CorsRule[]> {
  try {
    const place = await openPlace(core, bucket, ({ id }) => [bucketDocumentKey(id, corsDocument.kind)]);
    const elsewhere = project !== undefined && place.bucket.record.projectId !== project;
    const [entry] = place.entries;
    return entry === undefined || elsewhere ? [] : corsDocument.format.decode(entry.value).rules;
  } catch (error) {
    if (isCoreError(error, 'NoSuchBucket')) return [];
    throw error;
  }
}
