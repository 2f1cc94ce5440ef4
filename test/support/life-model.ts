/**
 * What a store of two buckets does with its objects, written down naively: whole lists of versions with texts in them. Owns what each step
 * of a life leaves behind; knows nothing of how the product keeps it.
 */
import { createHash } from 'node:crypto';
import type { Versioning } from '../../src/core/model/bucket-records.ts';
import type { Address, Step } from './life-steps.ts';

/** A refusal by its code, as the product has it. */
class Refusal extends Error {}

interface Own {
  readonly kind: 'own';
  readonly text: string;
  /** As Swift shows it. */
  readonly tag: string;
  readonly sealed: boolean;
}
interface Static {
  readonly kind: 'static';
  readonly entries: readonly Described[];
}
interface Dynamic {
  readonly kind: 'dynamic';
  readonly own: Own;
  readonly bucket: string;
  readonly prefix: string;
}
type Content = Own | Static | Dynamic;

interface Described {
  readonly at: Address;
  readonly size: number;
  /** Undefined: like no other. */
  readonly tag: string | undefined;
}

interface Version {
  readonly isNull: boolean;
  /** Absent: a delete marker. */
  readonly content?: Content;
}

interface Bucket {
  versioning: Versioning | undefined;
  /** The newest first. */
  readonly keys: Map<string, Version[]>;
}

const md5 = (bytes: string | Uint8Array) => createHash('md5').update(bytes).digest('hex');
const mostLevels = 10;

/** By bucket, key and age: the text of each version, `-` for a marker, the code of what refuses to be read. */
export type Contents = Map<string, Map<string, string[]>>;
export const marker = '-';
export const shownText = (content: string) => `"${content}"`;
export const shownRefusal = (code: string) => `! ${code}`;

export class LifeModel {
  readonly #buckets = new Map<string, Bucket>();

  /** Answers the code of the refusal, or `done`. */
  carryOut(one: Step): string {
    try {
      this.#run(one);
      return 'done';
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      throw error;
    }
  }

  contents(): Contents {
    const shown = (version: Version) => {
      if (version.content === undefined) return marker;
      try {
        return shownText(this.#read(version.content, []).text);
      } catch (error) {
        if (error instanceof Refusal) return shownRefusal(error.message);
        throw error;
      }
    };
    return new Map(
      [...this.#buckets].map(([name, { keys }]) => [
        name,
        new Map([...keys].map(([key, versions]) => [key, versions.map(shown)])),
      ]),
    );
  }

  #run(one: Step): void {
    switch (one.do) {
      case 'collect':
        break;
      case 'create bucket':
        if (this.#buckets.has(one.bucket)) throw new Refusal('BucketExists');
        this.#buckets.set(one.bucket, { versioning: undefined, keys: new Map() });
        break;
      case 'delete bucket':
        if (this.#bucket(one.bucket).keys.size > 0) throw new Refusal('BucketNotEmpty');
        this.#buckets.delete(one.bucket);
        break;
      case 'versioning':
        this.#bucket(one.bucket).versioning = one.versioning;
        break;
      case 'put':
        this.#put(one.at, ownOf(one.text, one.encrypted || sealedAt(one.at)));
        break;
      case 'delete':
        this.#delete(one.at);
        break;
      case 'delete version':
        this.#deleteVersion(one.at, one.nth);
        break;
      case 'copy':
        this.#copy(one);
        break;
      case 'multipart':
        this.#multipart(one);
        break;
      case 'static':
        this.#putStatic(one.at, one.of);
        break;
      case 'dynamic': {
        const { at, bucket, prefix } = one;
        this.#put(at, { kind: 'dynamic', own: ownOf(one.text, sealedAt(at)), bucket, prefix });
      }
    }
  }

  #bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw new Refusal('NoSuchBucket');
    return bucket;
  }

  #versions(at: Address): Version[] {
    const [bucket = '', key = ''] = at.split('/');
    return this.#bucket(bucket).keys.get(key) ?? [];
  }

  #keep(at: Address, versions: Version[]): void {
    const [bucket = '', key = ''] = at.split('/');
    const { keys } = this.#bucket(bucket);
    if (versions.length === 0) keys.delete(key);
    else keys.set(key, versions);
  }

  /** Adds an object, or a marker. */
  #add(at: Address, content?: Content): void {
    const { versioning } = this.#bucket(at.split('/')[0] ?? '');
    const isNull = versioning !== 'enabled';
    const kept = isNull ? this.#versions(at).filter((one) => !one.isNull) : this.#versions(at);
    this.#keep(at, [{ isNull, ...(content !== undefined && { content }) }, ...kept]);
  }

  #put(at: Address, content: Content): void {
    this.#add(at, content);
  }

  #delete(at: Address): void {
    const { versioning } = this.#bucket(at.split('/')[0] ?? '');
    if (this.#versions(at)[0]?.content === undefined) return;
    if (versioning === undefined) this.#keep(at, []);
    else this.#add(at);
  }

  #deleteVersion(at: Address, nth: number): void {
    const versions = this.#versions(at);
    const gone = versions.length === 0 ? undefined : versions[nth % versions.length];
    this.#keep(
      at,
      versions.filter((one) => one !== gone),
    );
  }

  /** What is current, for a segment. */
  #current(at: Address): Content | undefined {
    return this.#buckets.has(at.split('/')[0] ?? '') ? this.#versions(at)[0]?.content : undefined;
  }

  #copy({ from, nth, to }: Extract<Step, { do: 'copy' }>): void {
    const versions = this.#versions(from);
    const version = nth === undefined ? undefined : versions[nth % versions.length];
    if (version !== undefined && version.content === undefined) throw new Refusal('IsDeleteMarker');
    this.#bucket(to.split('/')[0] ?? '');
    const content = (version ?? versions[0])?.content;
    if (content === undefined) throw new Refusal('NoSuchKey');
    if (content.kind === 'own' && (content.sealed || !sealedAt(to))) this.#put(to, content);
    else {
      const { text, sealed } = this.#read(content, []);
      this.#put(to, ownOf(text, sealed || sealedAt(to)));
    }
  }

  #multipart({ at, parts, end }: Extract<Step, { do: 'multipart' }>): void {
    this.#bucket(at.split('/')[0] ?? '');
    const texts = parts.map((one) => {
      if (typeof one === 'string') return one;
      const source = this.#versions(one.from)[0]?.content;
      if (source === undefined) throw new Refusal('NoSuchKey');
      const { size } = this.#describe(source, one.from);
      if (one.start >= size) throw new Refusal('RangeNotSatisfiable');
      return this.#read(source, [], one.start).text;
    });
    if (end !== 'complete') return;
    const tag = `${md5(Buffer.concat(texts.map((one) => Buffer.from(md5(one), 'hex'))))}-${texts.length}`;
    this.#put(at, { kind: 'own', text: texts.join(''), tag, sealed: sealedAt(at) });
  }

  /** Of what is there and not empty; dynamic ones are left out, because of some the tag is not known here. */
  #putStatic(at: Address, of: readonly Address[]): void {
    this.#bucket(at.split('/')[0] ?? '');
    const entries = of.map((segment) => {
      const content = this.#current(segment);
      if (content === undefined || content.kind === 'dynamic') throw new Refusal('refused');
      return this.#describe(content, segment);
    });
    if (entries.some(({ size }) => size === 0)) throw new Refusal('refused');
    this.#put(at, { kind: 'static', entries });
  }

  #describe(content: Content, at: Address): Described {
    if (content.kind === 'own') return { at, size: content.text.length, tag: content.tag };
    const entries = content.kind === 'static' ? content.entries : this.#listed(content);
    const known = content.kind === 'static' || entries.every(({ at: one }) => !this.#isStatic(one));
    const tag = known ? md5(entries.map((one) => one.tag).join('')) : undefined;
    return { at, size: entries.reduce((sum, { size }) => sum + size, 0), tag };
  }

  #isStatic(at: Address): boolean {
    return this.#current(at)?.kind === 'static';
  }

  /** What a dynamic large object stands for: others of its kind by their own bytes. */
  #listed({ bucket, prefix }: Dynamic): Described[] {
    const keys = [...this.#bucket(bucket).keys.keys()].filter((key) => key.startsWith(prefix)).sort();
    return keys.flatMap((key) => {
      const at = `${bucket}/${key}`;
      const content = this.#current(at);
      if (content === undefined) return [];
      return [this.#describe(content.kind === 'dynamic' ? content.own : content, at)];
    });
  }

  /** From `start` on, up to `end`. `within`: the large objects that this is read for. */
  #read(
    content: Content,
    within: readonly Content[],
    start = 0,
    end = Infinity,
  ): Pick<Own, 'text' | 'sealed'> {
    if (content.kind === 'own') return { text: content.text.slice(start, end), sealed: content.sealed };
    const isListed = content.kind === 'dynamic';
    const entries = isListed ? this.#listed(content) : content.entries;
    const read = { text: '', sealed: false };
    let at = 0;
    for (const entry of entries) {
      const range = [Math.max(start - at, 0), Math.min(end - at, entry.size)] as const;
      at += entry.size;
      if (range[0] >= range[1]) continue;
      const inner = this.#segment(entry, isListed);
      if (inner.kind !== 'own' && within.length + 1 >= mostLevels) throw new Refusal('SegmentUnusable');
      const { text: more, sealed } = this.#read(inner, [...within, content], ...range);
      read.text += more;
      read.sealed ||= sealed;
    }
    return read;
  }

  /** What an entry stands for now. */
  #segment(entry: Described, isListed: boolean): Content {
    const found = this.#current(entry.at);
    const content = isListed && found?.kind === 'dynamic' ? found.own : found;
    if (isListed && content !== undefined) return content;
    const is = content !== undefined && this.#described(content, entry.at);
    if (!is || is.size !== entry.size || is.tag === undefined || is.tag !== entry.tag) {
      throw new Refusal('SegmentUnusable');
    }
    return content;
  }

  /** Undefined when it cannot be told, because a dynamic one's bucket is gone. */
  #described(content: Content, at: Address): Described | undefined {
    try {
      return this.#describe(content, at);
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  }
}

function ownOf(content: string, sealed: boolean): Own {
  return { kind: 'own', text: content, tag: md5(content), sealed };
}

function sealedAt(at: Address): boolean {
  return at.startsWith('two/');
}
