/**
 * Owns a second thread that hashes large streams: MD5 of an upload takes longer than all else that is done with it, and everybody
 * else's requests would wait. Refuses checksums, which are cheap anywhere. Small streams are not worth the way there and back,
 * about as long as hashing 64 KiB.
 */
import { Worker } from 'node:worker_threads';
import type { HashAlgorithm } from './hash.ts';

export type ThreadedAlgorithm = 'md5' | 'sha1' | 'sha256';

/** Whether `algorithm` is worth another thread. */
export function isThreaded(algorithm: HashAlgorithm): algorithm is ThreadedAlgorithm {
  return algorithm === 'md5' || algorithm === 'sha1' || algorithm === 'sha256';
}

/** As `Hasher`, elsewhere. @throws Error, from every call, when the thread has ended meanwhile */
export interface ThreadHasher {
  /** Resolves when `chunk` is copied: at once, or when the thread is no longer far behind. */
  update(chunk: Uint8Array): Promise<void>;
  /** The digest of everything fed so far, to be called once. */
  digest(): Promise<Buffer>;
  /** Forgets a hash that nobody will ask the digest of; harmless otherwise. */
  drop(): void;
}

/** Bytes go to the thread in copies of this size: memory that others use or change meanwhile would need their patience. */
const PARCEL_BYTES = 512 * 1024;
/** Parcels of one hash that may be underway, so that the thread never waits for the next. */
const PARCELS_AHEAD = 2;
/** Parcels kept for the next hash. */
const SPARE_PARCELS = 8;

/** What the thread is told about the hash of a number: to start it, to feed it, to finish it, to forget it. */
type Order =
  | { readonly id: number; readonly start: ThreadedAlgorithm }
  | { readonly id: number; readonly parcel: ArrayBuffer; readonly bytes: number }
  | { readonly id: number; readonly finish: true }
  | { readonly id: number; readonly forget: true };

/** A parcel comes back empty, finishing is answered with the digest, the rest with nothing; in the order of the orders. */
type Answer = { readonly parcel: ArrayBuffer } | { readonly digest: Uint8Array } | { readonly error: string };

interface Question {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** The thread starts with the first hash and stays; it keeps the process alive only while it owes an answer. */
export class HashThread {
  #worker: Worker | undefined;
  #questions: Question[] = [];
  readonly #spare: ArrayBuffer[] = [];
  #lastId = 0;

  createHasher(algorithm: ThreadedAlgorithm): ThreadHasher {
    const id = ++this.#lastId;
    this.#worker ??= this.#start();
    const worker = this.#worker;
    worker.postMessage({ id, start: algorithm } satisfies Order);
    const ahead: Promise<void>[] = [];
    const feed = async (bytes: Uint8Array) => {
      if (ahead.length === PARCELS_AHEAD) await ahead.shift();
      const parcel = this.#spare.pop() ?? new ArrayBuffer(PARCEL_BYTES);
      new Uint8Array(parcel).set(bytes);
      const back = this.#ask(worker, { id, parcel, bytes: bytes.length }, [parcel]).then((answer) => {
        if ('parcel' in answer && this.#spare.length < SPARE_PARCELS) this.#spare.push(answer.parcel);
      });
      // Looked at when there is no room ahead, or at the end.
      back.catch(() => {});
      ahead.push(back);
    };
    return {
      async update(chunk) {
        for (let at = 0; at < chunk.length; at += PARCEL_BYTES)
          await feed(chunk.subarray(at, at + PARCEL_BYTES));
      },
      digest: async () => {
        await Promise.all(ahead);
        const answer = await this.#ask(worker, { id, finish: true });
        if (!('digest' in answer)) throw new Error('the hashing thread does not know the hash');
        return Buffer.from(answer.digest);
      },
      drop: () => worker.postMessage({ id, forget: true } satisfies Order),
    };
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    // The function's text is all the thread runs: it needs no file, and no time to load one.
    const worker = new Worker(`(${followOrders})()`, { eval: true, name: 'hash' });
    worker.on('message', (answer: Answer) => {
      this.#questions.shift()?.resolve(answer);
      if (this.#questions.length === 0) worker.unref();
    });
    worker.on('error', (error) => this.#end(worker, error));
    worker.on('exit', () => this.#end(worker, undefined));
    worker.unref();
    return worker;
  }

  #ask(worker: Worker, order: Order, transfer: ArrayBuffer[] = []): Promise<Answer> {
    return new Promise((resolve, reject) => {
      // A hash does not outlive the thread it was started in.
      if (worker !== this.#worker) throw new Error('the hashing thread has ended');
      if (this.#questions.length === 0) worker.ref();
      this.#questions.push({ resolve, reject });
      worker.postMessage(order, transfer);
    });
  }

  #end(worker: Worker, cause: unknown): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    const questions = this.#questions;
    this.#questions = [];
    const error = new Error('the hashing thread has ended', { cause });
    for (const { reject } of questions) reject(error);
  }
}

/** Runs in the thread, where nothing of this file is known but its types. */
function followOrders(): void {
  const { createHash } = process.getBuiltinModule('node:crypto');
  const { parentPort } = process.getBuiltinModule('node:worker_threads');
  const hashes = new Map<number, ReturnType<typeof createHash>>();
  const answer = (message: Answer, transfer: ArrayBuffer[] = []) =>
    parentPort?.postMessage(message, transfer);
  parentPort?.on('message', (order: Order) => {
    const hash = hashes.get(order.id);
    if ('start' in order) {
      hashes.set(order.id, createHash(order.start));
    } else if ('parcel' in order) {
      hash?.update(new Uint8Array(order.parcel, 0, order.bytes));
      answer({ parcel: order.parcel }, [order.parcel]);
    } else {
      hashes.delete(order.id);
      if ('finish' in order)
        answer(hash === undefined ? { error: 'unknown hash' } : { digest: hash.digest() });
    }
  });
}
