/** A secret that is not to stand in a command line: the first line of standard input. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { UsageError } from './usage-error.ts';

/** `flag` was given as `-`. @throws UsageError when there is no line */
export async function lineOfInput(flag: string): Promise<string> {
  const lines = createInterface({ input: process.stdin });
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(lines, 'close').then(() => ['']),
  ])) as string[];
  lines.close();
  if (line === undefined || line === '') throw new UsageError(`${flag} -: standard input is empty`);
  return line;
}
