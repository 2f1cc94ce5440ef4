/** Owns remembering derived signing keys, which saves four HMACs for each request. Bounded: when it is full it starts anew. */
import { deriveSigningKey, type Scope, type SigningKey, scopeText } from '../../../base/wire/sigv4.ts';

interface Remembered {
  readonly secret: string;
  readonly key: SigningKey;
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
  get(access: string, secret: string, scope: Scope): SigningKey {
    const name = `${scopeText(scope)}/${access}`;
    const found = this.#keys.get(name);
    if (found?.secret === secret) return found.key;
    const key = deriveSigningKey(secret, scope);
    if (this.#keys.size >= this.#capacity) this.#keys.clear();
    this.#keys.set(name, { secret, key });
    return key;
  }
}
