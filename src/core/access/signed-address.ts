/** Owns what a signed address allows: the one action it was signed for, on the one object it names, where its key counts. A statement like those of policies. */
import type { Statement } from './decide.ts';

export const signedAddressStatement: Statement = {
  effect: 'allow',
  source: 'a signed address',
  applies(actor, target) {
    const signed = actor.kind === 'anonymous' ? actor.signed : undefined;
    return (
      signed !== undefined &&
      target.kind === 'bucket' &&
      target.action === signed.action &&
      target.bucket.name === signed.bucket &&
      target.bucket.projectId === signed.project &&
      // What goes for a whole bucket or folder has no key, and is nothing an address was signed for.
      target.key === signed.key
    );
  },
};
