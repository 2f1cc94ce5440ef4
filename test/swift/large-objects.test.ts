// Objects that S3 put together from parts, as Swift's clients see them: static large objects without segments of their own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { s3Client } from '../support/s3.ts';
import { alice } from '../support/seed.ts';
import { assertEmpty, assertPage, type SwiftAccount, useSwift } from '../support/swift.ts';

const content = `${'a'.repeat(5 * 1024 * 1024)}the last part`;

let account: SwiftAccount;
let box: string;
const swift = useSwift(async () => {
  account = await swift.account(alice);
  box = await account.container();
});

/** Uploads `content` over S3 in two parts; answers the object's path and its ETag without quotes. */
async function storeInParts(name: string): Promise<{ path: string; etag: string }> {
  const s3 = s3Client(swift.server, alice);
  const target = { Bucket: box.slice(1), Key: name };
  const { UploadId } = await s3.createMultipartUpload(target);
  const Parts = [];
  for (const [index, Body] of [content.slice(0, 5 * 1024 * 1024), content.slice(5 * 1024 * 1024)].entries()) {
    const PartNumber = index + 1;
    const { ETag } = await s3.uploadPart({ ...target, UploadId, PartNumber, Body });
    Parts.push({ PartNumber, ETag });
  }
  const { ETag = '' } = await s3.completeMultipartUpload({
    ...target,
    UploadId,
    MultipartUpload: { Parts },
  });
  s3.destroy();
  return { path: `${box}/${encodeURIComponent(name)}`, etag: ETag.replaceAll('"', '') };
}

test('say that their Etag is not the MD5 of their bytes', async () => {
  const { path, etag } = await storeInParts('large');
  for (const answer of [await account.get(path), await account.head(path)]) {
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['x-static-large-object'], 'True');
    assert.equal(answer.headers.etag, `"${etag}"`);
    assert.equal(answer.headers['content-length'], String(content.length));
  }
  assert.equal((await account.get(path)).text, content);
  const range = await account.get(path, { Range: 'bytes=-13' });
  assert.deepEqual([range.status, range.text], [206, 'the last part']);
  assert.equal((await account.get(path, { 'If-None-Match': `"${etag}"` })).status, 304);
});

test('have a manifest that names no segments', async () => {
  const { path } = await storeInParts('manifest');
  const manifest = await account.get(`${path}?multipart-manifest=get`);
  assert.deepEqual([manifest.status, manifest.text], [200, '[]']);
  assert.equal(manifest.headers['content-type'], 'application/json; charset=utf-8');
  assert.equal(manifest.headers['x-static-large-object'], 'True');
  // The MD5 of the manifest as it is sent, unquoted.
  assert.equal(manifest.headers.etag, 'd751713988987e9331980363e24189ce');
});

test('go as a whole, by either form of deletion', async () => {
  const { path } = await storeInParts('one');
  assertEmpty(await account.delete(path), 204);
  const { path: other } = await storeInParts('other');
  const answer = await account.delete(`${other}?multipart-manifest=delete`);
  const lines = [
    'Number Deleted: 1',
    'Number Not Found: 0',
    'Response Body: ',
    'Response Status: 200 OK',
    'Errors:',
    '',
  ];
  assert.deepEqual([answer.status, answer.text], [200, lines.join('\n')]);
  assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
  for (const gone of [path, other]) assertPage(await account.get(gone), 404);
});

test('are what the deletion of a large object is for', async () => {
  await account.put(`${box}/a%20b/c`, 'plain');
  const manifest = '?multipart-manifest=delete';
  const json = await account.delete(`${box}/a%20b/c${manifest}`, { Accept: 'application/json' });
  assert.equal(json.status, 200);
  assert.equal(
    json.text,
    `{"Response Status": "400 Bad Request", "Response Body": "", "Number Deleted": 0, "Number Not Found": 0, ` +
      `"Errors": [["${box}/a%20b/c", "Not an SLO manifest"]]}`,
  );
  assert.equal((await account.get(`${box}/a%20b/c`)).text, 'plain');
  const xml = await account.delete(`${box}/absent${manifest}`, { Accept: 'application/xml' });
  assert.equal(
    xml.text,
    '<delete>\n<number_deleted>0</number_deleted>\n<number_not_found>1</number_not_found>\n' +
      '<response_body></response_body>\n<response_status>200 OK</response_status>\n<errors>\n</errors>\n</delete>\n',
  );
});
