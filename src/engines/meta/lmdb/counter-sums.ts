/** Owns what a group of commits adds to counters: summed up first, so that each counter is read and written once for all of them. */
import type { Database } from 'lmdb';
import { byteName } from '../../../base/bytes.ts';
import type { Key } from '../meta-store.ts';

/** 8 bytes, two's complement, big-endian. */
export type Counters = Database<Buffer, Uint8Array>;

export class CounterSums {
  readonly #counters: Counters;
  readonly #sums = new Map<string, { readonly key: Key; amount: bigint }>();

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  add(key: Key, amount: bigint): void {
    const name = byteName(key);
    const sum = this.#sums.get(name);
    if (sum === undefined) this.#sums.set(name, { key, amount });
    else sum.amount += amount;
  }

  /** Also what was added before: a counter that is deleted and added to begins at 0 again. */
  delete(key: Key): void {
    this.#sums.delete(byteName(key));
    this.#counters.removeSync(key);
  }

  /** Inside the group's transaction, after its last commit. */
  write(): void {
    for (const { key, amount } of this.#sums.values()) {
      const sum = Buffer.alloc(8);
      const before = this.#counters.getBinaryFast(key)?.readBigInt64BE() ?? 0n;
      sum.writeBigInt64BE(BigInt.asIntN(64, before + amount));
      this.#counters.putSync(key, sum);
    }
  }
}
