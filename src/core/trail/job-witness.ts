/** Owns the witness of what the server does of itself: its commits carry an event that names the job, and no request. */
import { newId } from '../../base/clock.ts';
import type { Core } from '../core.ts';
import type { EventResource } from './event.ts';
import { Witness } from './witness.ts';
import { sharedStore } from './witnessed-store.ts';

/** `api` is the way in: a background job, or a command that has the store to itself. */
export function jobWitness(
  core: Core,
  { name, api = 'job' }: { readonly name: string; readonly api?: 'job' | 'cli' },
  event: string,
  resource: EventResource | undefined,
): Witness {
  const witness = new Witness(
    { ...core, meta: sharedStore(core.meta) },
    { id: newId(core.random), api, method: '', path: '', rawQuery: '', address: '', agent: `onggi ${name}` },
  );
  witness.callIs(event, resource);
  return witness;
}
