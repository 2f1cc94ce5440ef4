/** Owns remembering derived signing keys, which saves four HMACs for each request. Bounded; the least recently used goes first. */
import { deriveSigningKey, type Scope, scopeText } from './sigv4.ts';

interface Remembered {
  readonly secret: string;
  readonly key: Buffer;
}

export class SigningKeys {
  readonly #keys = new Map<string, Remembered>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#keys.size;
  }

  /** The signing key of `access`, whose secret is `secret` now; a key remembered for another secret is made anew. */
  get(access: string, secret: string, scope: Scope): Buffer {
    const name = `${scopeText(scope)}/${access}`;
    const found = this.#keys.get(name);
    // Taken out and put in again, it becomes the most recently used.
    if (found !== undefined) this.#keys.delete(name);
    const remembered = found?.secret === secret ? found : { secret, key: deriveSigningKey(secret, scope) };
    this.#keys.set(name, remembered);
    if (this.#keys.size > this.#capacity) this.#dropOldest();
    return remembered.key;
  }

  #dropOldest(): void {
    for (const name of this.#keys.keys()) {
      this.#keys.delete(name);
      return;
    }
  }
}
