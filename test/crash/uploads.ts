/**
 * Owns multipart uploads in the crash rounds: their life during the load, and what must be true of each once it is quiet. An upload
 * belongs to the client that began it, so what is known of it is exact but for the request that got no answer.
 */
import type { SeededRandom } from '../support/seeded-random.ts';
import { type Content, partBytes, randomSize } from './contents.ts';
import { type Answer, type Place, targetOf } from './doors.ts';
import { copiedEtag } from './objects.ts';
import { present } from './recorder.ts';
import { basePlace, registerOf, type Scene } from './scene.ts';

interface Part {
  readonly content: Content;
  /** False when its upload got no answer. */
  readonly certain: boolean;
}

interface Upload {
  readonly place: Place;
  readonly id: string;
  readonly mark: string;
  readonly parts: Map<number, Part[]>;
  /** `unknown`: an end was asked for, and the answer is lost. */
  state: 'open' | 'completed' | 'aborted' | 'unknown';
  /** Of the first attempt to complete it. */
  completionCalled: number | undefined;
  abortAsked: boolean;
}

export class Uploads {
  readonly #scene: Scene;
  /** What part copies are made of. */
  readonly #base: Content;
  #uploads: Upload[] = [];
  /** Beginnings without an answer: each may have left an upload nobody knows. */
  #lostBeginnings = 0;

  constructor(scene: Scene, base: Content) {
    this.#scene = scene;
    this.#base = base;
  }

  /** One upload from begin to end, or for as long as its requests are answered. */
  async live(random: SeededRandom, place: Place): Promise<void> {
    const upload = await this.#begin(place);
    if (upload === undefined) return;
    const count = random.between(1, 3);
    for (let number = 1; number <= count; number += 1) {
      const last = number === count;
      // A part may be sent twice; the later one counts.
      const times = random.chance(0.15) ? 2 : 1;
      for (let time = 0; time < times; time += 1) {
        if (!(await this.#sendPart(upload, number, last, random))) return;
      }
    }
    const end = random.weighted({ complete: 70, abort: 15, both: 10, leave: 5 });
    if (end === 'complete') await this.#complete(upload);
    if (end === 'abort') await this.#abort(upload);
    if (end === 'both') await Promise.all([this.#complete(upload), this.#abort(upload)]);
  }

  /** With nothing else going on: every upload is what its answers said, and none stays open. */
  async settle(): Promise<void> {
    for (const upload of this.#uploads) {
      if (upload.state === 'unknown') await this.#resolve(upload);
      if (upload.state === 'open') {
        await this.#checkParts(upload);
        await this.#abort(upload);
      }
      if (upload.state === 'completed' || upload.state === 'aborted') await this.#checkGone(upload);
    }
    this.#uploads = [];
  }

  /** Ends the uploads in `bucket` whose beginning got no answer; there must be no others. */
  async endUnknown(buckets: readonly string[]): Promise<void> {
    let found = 0;
    for (const bucket of buckets) {
      const answer = await this.#scene.ask('S3', { method: 'GET', target: `/${bucket}?uploads` });
      const uploads = answer.bytes.toString().match(/<Upload>.*?<\/Upload>/gs) ?? [];
      found += uploads.length;
      for (const text of uploads) {
        const key = /<Key>(.*?)<\/Key>/s.exec(text)?.[1] ?? '';
        const id = /<UploadId>(.*?)<\/UploadId>/.exec(text)?.[1] ?? '';
        await this.#scene.ask('S3', { method: 'DELETE', target: targetIn({ place: { bucket, key }, id }) });
      }
    }
    if (found > this.#lostBeginnings) {
      this.#scene.recorder.wrong(`${found} uploads are open, ${this.#lostBeginnings} beginnings were lost`);
    }
    this.#lostBeginnings = 0;
  }

  async #begin(place: Place): Promise<Upload | undefined> {
    const mark = this.#scene.newMark();
    const answer = await this.#scene.ask('S3', {
      method: 'POST',
      target: `${targetOf(place)}?uploads`,
      headers: { 'x-amz-meta-mark': mark },
    });
    const id = /<UploadId>(.*?)<\/UploadId>/.exec(answer.bytes.toString())?.[1];
    if (answer.verdict !== 'done' || id === undefined) {
      if (answer.verdict === 'lost' || answer.verdict === 'busy') this.#lostBeginnings += 1;
      return undefined;
    }
    const upload: Upload = {
      place,
      id,
      mark,
      parts: new Map(),
      state: 'open',
      completionCalled: undefined,
      abortAsked: false,
    };
    this.#uploads.push(upload);
    return upload;
  }

  /** Parts but the last are copied from the base, or sent, in the least size they may have. Answers whether it is stored. */
  async #sendPart(upload: Upload, number: number, last: boolean, random: SeededRandom): Promise<boolean> {
    const copies = !last && random.chance(0.8);
    const content = copies
      ? this.#base
      : this.#scene.contents.make(last ? Math.max(1, randomSize(random)) : partBytes);
    const target = `${targetIn(upload)}&partNumber=${number}`;
    const answer = await this.#scene.ask('S3', {
      method: 'PUT',
      target,
      ...(copies ? { headers: { 'x-amz-copy-source': targetOf(basePlace) } } : { body: content.bytes }),
    });
    const { verdict } = answer;
    if (verdict === 'absent') this.#scene.recorder.wrong(`${answer.told}: nobody ended this upload`);
    if (verdict !== 'done' && verdict !== 'lost' && verdict !== 'busy') return false;
    const certain = verdict === 'done';
    const parts = upload.parts.get(number) ?? [];
    upload.parts.set(number, certain ? [{ content, certain }] : [...parts, { content, certain }]);
    return certain;
  }

  async #complete(upload: Upload): Promise<void> {
    const { recorder } = this.#scene;
    upload.completionCalled ??= recorder.moment();
    const parts = lastParts(upload);
    // Known before it can be seen.
    const etag = this.#scene.contents.join(parts);
    const list = parts.map(
      ({ etag }, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
    );
    const answer = await this.#scene.ask('S3', {
      method: 'POST',
      target: targetIn(upload),
      body: `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`,
    });
    if (answer.verdict === 'done') {
      if (upload.state === 'aborted') recorder.wrong(`${answer.told}: completed, and aborted too`);
      upload.state = 'completed';
      if (copiedEtag(answer) !== etag) recorder.wrong(`${answer.told}: ${answer.bytes}, not ${etag}`);
      const state = present(etag, upload.mark);
      const effect = { label: `complete ${state}: ${answer.told}`, called: upload.completionCalled };
      recorder.record(registerOf(upload.place), { ...effect, apply: () => [state] });
    } else this.#notEnded(upload, answer);
  }

  async #abort(upload: Upload): Promise<void> {
    upload.abortAsked = true;
    const answer = await this.#scene.ask('S3', { method: 'DELETE', target: targetIn(upload) });
    if (answer.verdict === 'done') {
      if (upload.state === 'completed') {
        this.#scene.recorder.wrong(`${answer.told}: aborted, and completed too`);
      }
      upload.state = 'aborted';
    } else this.#notEnded(upload, answer);
  }

  #notEnded(upload: Upload, answer: Answer): void {
    const { verdict } = answer;
    if (verdict === 'lost' || verdict === 'busy') {
      if (upload.state === 'open') upload.state = 'unknown';
    } else if (verdict === 'absent') {
      // Right for the loser of a race, and after an answer that was lost; `settle` looks at who won.
      const raced = upload.completionCalled !== undefined && upload.abortAsked;
      if (upload.state === 'open' && !raced) this.#scene.recorder.wrong(`${answer.told}: nobody ended it`);
      if (upload.state === 'open') upload.state = 'unknown';
    } else if (verdict !== 'refused' && verdict !== 'beaten' && verdict !== 'wrong') {
      this.#scene.unexpected(answer);
    }
  }

  /** The same request again tells how an attempt without an answer ended. */
  async #resolve(upload: Upload): Promise<void> {
    const { recorder } = this.#scene;
    const open = await this.#isOpen(upload);
    if (upload.completionCalled !== undefined) {
      await this.#complete(upload);
      if (upload.state === 'completed') return;
      if (open) recorder.wrong(`${targetIn(upload)}: open, and could not be completed`);
      if (!upload.abortAsked) recorder.wrong(`${targetIn(upload)}: neither open nor completed, nor aborted`);
      upload.state = 'aborted';
    } else upload.state = open ? 'open' : 'aborted';
  }

  async #isOpen(upload: Upload): Promise<boolean> {
    const answer = await this.#scene.ask('S3', { method: 'GET', target: targetIn(upload) });
    if (answer.verdict !== 'done' && answer.verdict !== 'absent') this.#scene.unexpected(answer);
    return answer.verdict === 'done';
  }

  /** Every part that was acknowledged is there, whole; one without an answer may be. */
  async #checkParts(upload: Upload): Promise<void> {
    const { recorder } = this.#scene;
    const answer = await this.#scene.ask('S3', { method: 'GET', target: targetIn(upload) });
    if (answer.verdict !== 'done') return recorder.wrong(`${answer.told}: an open upload is gone`);
    const listed = new Map<number, { etag: string; size: number }>();
    for (const text of answer.bytes.toString().match(/<Part>.*?<\/Part>/gs) ?? []) {
      const number = Number(/<PartNumber>(\d+)</.exec(text)?.[1]);
      const size = Number(/<Size>(\d+)</.exec(text)?.[1]);
      listed.set(number, { etag: copiedEtag({ bytes: Buffer.from(text) }) ?? '', size });
    }
    for (const [number, candidates] of upload.parts) {
      const found = listed.get(number);
      const fits = candidates.some(
        ({ content }) => content.etag === found?.etag && content.bytes.length === found.size,
      );
      const mayLack = candidates.every(({ certain }) => !certain);
      if (!fits && !(mayLack && found === undefined)) {
        recorder.wrong(`${answer.told}: part ${number} is ${JSON.stringify(found)}`);
      }
      listed.delete(number);
    }
    if (listed.size > 0) recorder.wrong(`${answer.told}: has parts nobody sent: ${[...listed.keys()]}`);
  }

  async #checkGone(upload: Upload): Promise<void> {
    if (await this.#isOpen(upload)) {
      this.#scene.recorder.wrong(`${targetIn(upload)}: ${upload.state}, and still open`);
    }
  }
}

function lastParts({ parts }: Upload): Content[] {
  return [...parts.values()].map((candidates) => {
    const last = candidates.at(-1);
    if (last === undefined) throw new Error('a part was never sent');
    return last.content;
  });
}

function targetIn({ place, id }: Pick<Upload, 'place' | 'id'>): string {
  return `${targetOf(place)}?uploadId=${id}`;
}
