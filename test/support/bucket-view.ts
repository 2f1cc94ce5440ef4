/** What every door tells of a bucket, facet by facet, so that a test sees what a write at one of them changed anywhere. */
import { ext } from './ext.ts';
import { fieldsOf, kos } from './kos.ts';
import { rawS3 } from './s3.ts';
import { alice } from './seed.ts';
import type { TestServer } from './start-server.ts';
import { swiftRequest } from './swift.ts';

/** By facet, as text: `KOS tags`, `S3 versioning`, `Extension grants`, `Swift X-Container-Read`. Times of changes are left out. */
export type BucketView = Readonly<Record<string, string>>;

const s3Facets = ['versioning', 'tagging', 'acl', 'cors', 'lifecycle', 'encryption'] as const;
const kosFacets = [
  'krnid',
  'createdAt',
  'region',
  'tier',
  'description',
  'tags',
  'versioning',
  'anonymous_access',
];
const extFacets = ['createdAt', 'type', 'use_encryption', 'encryption_type', 'acl'];

export async function viewBucket(
  server: Pick<TestServer, 'url'>,
  token: string,
  bucket: string,
): Promise<BucketView> {
  const view: Record<string, string> = {};
  const tell = (facet: string, value: unknown) => {
    view[facet] = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  };
  const document = fieldsOf(await kos(server, `/kos/v1/buckets/${bucket}`));
  for (const facet of kosFacets) tell(`KOS ${facet}`, document[facet]);
  tell('KOS rules', (await kos(server, `/kos/v1/buckets/${bucket}/lifecycle-rules`)).json);
  const { updated_at, ...addresses } = fieldsOf(await kos(server, `/kos/v1/buckets/policy/${bucket}`));
  tell('KOS addresses', addresses);

  for (const facet of s3Facets) {
    const { status, text } = await rawS3(server, { target: `/${bucket}?${facet}`, user: alice });
    tell(`S3 ${facet}`, status === 200 ? text : String(status));
  }

  const told = (await ext(server, token, `/bucket/${bucket}`)).json as Record<string, unknown>;
  for (const facet of extFacets) tell(`Extension ${facet}`, told[facet]);
  tell('Extension grants', (await ext(server, token, `/bucket/${bucket}/policy`)).json);
  tell('Extension cors', (await ext(server, token, `/bucket/${bucket}/cors`)).json);
  tell('Extension lifecycle', (await ext(server, token, `/bucket/${bucket}/lifecycle`)).text);

  const headers = { 'X-Auth-Token': token };
  const head = await swiftRequest(server, 'HEAD', `/v1/AUTH_${alice.project.id}/${bucket}`, { headers });
  for (const [name, value] of Object.entries(head.headers)) {
    if (/^x-container-(meta-|read$|write$)/.test(name)) tell(`Swift ${name}`, value);
  }
  return view;
}

/** The facets that differ, in order. */
export function changedFacets(before: BucketView, after: BucketView): string[] {
  const all = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return all.filter((facet) => before[facet] !== after[facet]).sort();
}
