/** Owns what a signed address allows: the one action it was signed for, where its key counts. A statement like those of policies. */
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
      target.bucket.projectId === signed.project
    );
  },
};
