/**
 * The master key: seals what must be read back (S3 secrets, tokens) and keys the hashes of what must not (IAM secrets,
 * passwords). It comes from a file or the environment, never from the data, so a stolen data directory alone opens nothing.
 * Refuses to know where it is kept.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { type Random, systemRandom } from '../../base/clock.ts';

export interface MasterKey {
  /** Authenticated encryption; `purpose` separates uses, so that a sealed text of one cannot pass for another. */
  seal(purpose: string, plain: Uint8Array): Buffer;
  /** The plain bytes, or undefined when `sealed` was not made by this key for this purpose. */
  open(purpose: string, sealed: Uint8Array): Buffer | undefined;
  /** A keyed digest (HMAC-SHA256, 32 bytes), for hashes that nobody can try guesses against without this key. */
  digest(purpose: string, data: Uint8Array): Buffer;
}

export const masterKeyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * A master key over AES-256-GCM and HMAC-SHA256, with one key per use and purpose derived by HKDF-SHA256 (RFC 5869).
 * A sealed text is nonce (12 bytes), ciphertext, tag (16 bytes). Random nonces are safe for 2^32 texts of one purpose
 * (NIST SP 800-38D 8.3).
 * @throws RangeError when `bytes` is not 32 bytes long
 */
export function createMasterKey(bytes: Uint8Array, random: Random = systemRandom): MasterKey {
  if (bytes.length !== masterKeyBytes) throw new RangeError('a master key has 32 bytes');
  const material = Buffer.from(bytes);
  const derived = new Map<string, Buffer>();

  const keyFor = (use: 'seal' | 'digest', purpose: string): Buffer => {
    const info = `onggi ${use} ${purpose}`;
    let key = derived.get(info);
    if (key === undefined) {
      key = Buffer.from(hkdfSync('sha256', material, Buffer.alloc(0), info, 32));
      derived.set(info, key);
    }
    return key;
  };

  return {
    seal(purpose, plain) {
      const nonce = random(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', keyFor('seal', purpose), nonce);
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    open(purpose, sealed) {
      if (sealed.length < nonceBytes + tagBytes) return undefined;
      const nonce = sealed.subarray(0, nonceBytes);
      const decipher = createDecipheriv('aes-256-gcm', keyFor('seal', purpose), nonce, {
        authTagLength: tagBytes,
      });
      decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
      const plain = decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes));
      try {
        decipher.final();
      } catch {
        return undefined;
      }
      return plain;
    },
    digest(purpose, data) {
      return createHmac('sha256', keyFor('digest', purpose)).update(data).digest();
    },
  };
}

/**
 * The 32 bytes of a master key written as 64 hex digits or as base64 (standard or URL-safe, padded or not); blanks around
 * it are ignored. Undefined for anything else.
 */
export function parseMasterKey(text: string): Buffer | undefined {
  const trimmed = text.trim();
  if (/^[0-9a-fA-F]{64}$/.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return undefined;
  const bytes = Buffer.from(trimmed, 'base64');
  return bytes.length === masterKeyBytes ? bytes : undefined;
}
