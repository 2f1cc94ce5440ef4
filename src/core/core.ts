/** What every use case is given. Front-ends pass it on and never look inside: the engines are for core alone. */
import type { CoreParts } from './core-parts.ts';
import type { Witness } from './trail/witness.ts';

export interface Core extends CoreParts {
  /** Of the call that this core serves: its commits carry the call's event. */
  readonly witness?: Witness;
}
