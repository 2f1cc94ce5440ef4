/** Project roles as Keystone's role references. */
import type { ProjectRole } from '../../../core/model/records.ts';
import { derivedId } from './names.ts';

export function roleReference(name: ProjectRole) {
  return { id: derivedId('role', name), name };
}

/** As application credentials list them. */
export function roleOfKey(name: ProjectRole) {
  return { ...roleReference(name), domain_id: null, description: null, options: {} };
}
