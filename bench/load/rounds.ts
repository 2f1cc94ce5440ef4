/** Rounds that take turns (A B C, A B C), so that whatever else the machine does meets all alike; and their middle value. */

import type { Quiet } from '../quiet.ts';

/** Calls `measure` for every subject, `rounds` times over, in quiet moments. A subject that fails once is out, with its reason. */
export async function inTurns<Subject, Result>(
  subjects: readonly Subject[],
  { rounds, quiet }: { readonly rounds: number; readonly quiet: Quiet },
  measure: (subject: Subject, round: number) => Promise<Result>,
  failed: (subject: Subject, error: unknown) => void,
): Promise<Map<Subject, Result[]>> {
  const results = new Map<Subject, Result[]>(subjects.map((subject) => [subject, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [subject, list] of results) {
      try {
        list.push(await quiet.measure(() => measure(subject, round)));
      } catch (error) {
        results.delete(subject);
        failed(subject, error);
      }
    }
  }
  return results;
}

/** The middle value; the mean of the middle two of an even number. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}
