/** Owns gathering the bytes that a request's socket delivers into blocks, at the speed of whoever reads them. */
import type { IncomingMessage } from 'node:http';
import { BLOCK_BYTES, type BlockPool, freeMemory } from '../base/streams/block-pool.ts';
import { CoreError } from '../core/errors.ts';
import { ClientGone } from './client-gone.ts';

export interface ReadOptions {
  /** Seconds the client may let its body stand still while we wait for it. */
  readonly idleSeconds: number;
  readonly pool: BlockPool;
  /** Told of every piece that arrives, in bytes. */
  readonly count: (bytes: number) => void;
}

/** Whoever waits for the next block. */
interface Reader {
  readonly resolve: (block: Uint8Array | undefined) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Fills one block from the socket while the reader has another. The pieces in which bytes arrive are freed at once: left to the
 * garbage collector they cost as much as the rest of the way.
 */
export class Inflow {
  readonly #message: IncomingMessage;
  readonly #options: ReadOptions;
  readonly #timer: NodeJS.Timeout;
  /** Bytes still to come; a body of unknown length is endless. */
  #left: number;
  #filling: Buffer | undefined;
  #filled = 0;
  #lent: Buffer | undefined;
  readonly #spare: Buffer[] = [];
  /** A piece that found no room from `from` on; the message is paused meanwhile. */
  #overflow: { readonly piece: Buffer; readonly from: number } | undefined;
  #reader: Reader | undefined;
  #end: 'reached' | Error | undefined;

  constructor(message: IncomingMessage, options: ReadOptions) {
    this.#message = message;
    this.#options = options;
    this.#left = Number(message.headers['content-length'] ?? Number.POSITIVE_INFINITY);
    this.#timer = setTimeout(this.#onIdle, options.idleSeconds * 1000);
    message
      .on('data', this.#onData)
      .on('end', this.#onEnd)
      .on('error', this.#onClose)
      .on('close', this.#onClose);
  }

  /** The next block, when it is full or the last; undefined at the end. The one before may be filled again from now on. */
  next(): Promise<Uint8Array | undefined> {
    if (this.#lent !== undefined) this.#spare.push(this.#lent);
    this.#lent = undefined;
    // The reader's own slowness is not the client's.
    this.#timer.refresh();
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      this.#answer();
      this.#drainOverflow();
    });
  }

  /** Ends listening; the socket is left as it is. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#message
      .off('data', this.#onData)
      .off('end', this.#onEnd)
      .off('error', this.#onClose)
      .off('close', this.#onClose);
    this.#message.pause();
  }

  /** To be called when the reader has come to the end, and so uses no block any more. */
  giveBack(): void {
    for (const block of this.#spare) this.#options.pool.give(block);
  }

  readonly #onData = (piece: Buffer): void => {
    this.#timer.refresh();
    this.#options.count(piece.length);
    this.#take(piece, 0);
  };

  readonly #onEnd = (): void => this.#finish('reached');

  /** Also told after the end, when there is nobody to blame: an error costs as much as a request. */
  readonly #onClose = (): void => {
    if (this.#end === undefined) this.#finish(new ClientGone());
  };

  readonly #onIdle = (): void => {
    if (this.#reader === undefined) this.#timer.refresh();
    else this.#finish(new CoreError('BodyTimeout', { seconds: this.#options.idleSeconds }));
  };

  #finish(end: 'reached' | Error): void {
    this.#end ??= end;
    this.#answer();
  }

  #take(piece: Buffer, from: number): void {
    for (let at = from; at < piece.length; ) {
      const block = this.#room();
      if (block === undefined) {
        this.#overflow = { piece, from: at };
        this.#message.pause();
        return;
      }
      const copied = piece.copy(block, this.#filled, at);
      at += copied;
      this.#filled += copied;
      this.#left -= copied;
    }
    freeMemory(piece);
    this.#answer();
  }

  /** A block that is not full, unless the reader has one and has not yet asked for the other. */
  #room(): Buffer | undefined {
    this.#answer();
    if (this.#filling === undefined) {
      this.#filling = this.#spare.pop() ?? this.#options.pool.take(Math.min(this.#left, BLOCK_BYTES));
      this.#filled = 0;
    }
    return this.#isFull() ? undefined : this.#filling;
  }

  #isFull(): boolean {
    return this.#filling !== undefined && this.#filled === this.#filling.length;
  }

  /** Tells a waiting reader what there is to tell. */
  #answer(): void {
    const reader = this.#reader;
    if (reader === undefined) return;
    const complete = this.#end === 'reached' && this.#overflow === undefined;
    if (this.#end instanceof Error) reader.reject(this.#end);
    else if (this.#filling !== undefined && (complete || this.#isFull()))
      reader.resolve(this.#lend(this.#filling));
    else if (complete) reader.resolve(undefined);
    else return;
    this.#reader = undefined;
  }

  #lend(block: Buffer): Uint8Array {
    this.#lent = block;
    this.#filling = undefined;
    return block.subarray(0, this.#filled);
  }

  #drainOverflow(): void {
    const overflow = this.#overflow;
    if (overflow === undefined) return;
    this.#overflow = undefined;
    this.#take(overflow.piece, overflow.from);
    if (this.#overflow === undefined) this.#message.resume();
  }
}
