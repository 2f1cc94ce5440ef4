import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BulkOutcome, keptAlive } from './bulk-answer.ts';

const outcome: BulkOutcome = { deleted: 2, notFound: 1, errors: [] };

async function sent(
  kind: 'text' | 'json' | 'xml',
  work: Promise<BulkOutcome>,
  every: number,
): Promise<string> {
  let text = '';
  for await (const chunk of keptAlive(kind, work, every)) text += Buffer.from(chunk).toString();
  return text;
}

test('work that is done at once is answered without signs of life', async () => {
  const text = await sent('json', Promise.resolve(outcome), 1000);
  assert.equal(
    text,
    '{"Response Status": "200 OK", "Response Body": "", "Number Deleted": 2, "Number Not Found": 1, "Errors": []}',
  );
});

/** What is sent for work that ends after the second sign of life. */
async function sentOverTime(kind: 'text' | 'json' | 'xml'): Promise<string> {
  const work = Promise.withResolvers<BulkOutcome>();
  const chunks: Uint8Array[] = [];
  for await (const chunk of keptAlive(kind, work.promise, 1)) {
    if (chunks.push(chunk) === 2) work.resolve(outcome);
  }
  return Buffer.concat(chunks).toString();
}

test('long work sends blanks, then an empty line, then the document', async () => {
  assert.match(await sentOverTime('text'), /^ {2,}\r\n\r\nNumber Deleted: 2\n/);
  const json = JSON.parse(await sentOverTime('json')) as Record<string, unknown>;
  assert.equal(json['Number Deleted'], 2);
});

test('in XML the first sign is the declaration, which may stand only once and first', async () => {
  const text = await sentOverTime('xml');
  assert.match(text, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n *\r\n\r\n<delete>\n/);
});

test('work that fails ends the answer with its failure', async () => {
  const failing = sleep(30).then((): BulkOutcome => {
    throw new Error('broken');
  });
  await assert.rejects(sent('json', failing, 10), /broken/);
});
