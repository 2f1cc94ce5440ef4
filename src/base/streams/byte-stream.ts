/** Owns the one rule of all byte streams: who may use a chunk, and until when. */

/**
 * Bytes in order, cut anywhere. A chunk is lent: whoever asked for it may use and change it until the next one is asked for;
 * what must live longer is copied. So a stream of gigabytes can go through two blocks of memory, each filled again when it comes back.
 *
 * The lender's half: memory that was lent is used again only after the next chunk was asked for. When a loop is left early it is
 * never used again, because a write that cannot be called back may still be reading it.
 */
export type ByteStream = AsyncIterable<Uint8Array>;
