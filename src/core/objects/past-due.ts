/** Owns the question whether an object's date of deletion (Swift's X-Delete-At) has come: from then on it is absent for every door. */
import type { ObjectAttributes } from '../model/object-records.ts';

/** `now` in milliseconds since the epoch. */
export function isPastDue({ deleteAt }: Pick<ObjectAttributes, 'deleteAt'>, now: number): boolean {
  return deleteAt !== undefined && deleteAt * 1000 <= now;
}
