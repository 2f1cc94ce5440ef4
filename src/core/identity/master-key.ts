/** The master key: seals what must be read back (S3 secrets, tokens). It comes from a file or the environment, never from the data. */

export interface MasterKey {
  /** Authenticated encryption; `purpose` separates uses, so that a sealed text of one cannot pass for another. */
  seal(purpose: string, plain: Uint8Array): Buffer;
  /** The plain bytes, or undefined when `sealed` was not made by this key for this purpose. */
  open(purpose: string, sealed: Uint8Array): Buffer | undefined;
}
