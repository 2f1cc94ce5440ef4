/** The command line of `npm run bench`: what is measured, how long, against whom. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export const parts = ['small-put', 'small-get', 'large-put', 'large-get', 'listing', 'memory'] as const;
export type Part = (typeof parts)[number];
export const peerNames = ['onggi', 'radosgw', 'swift', 'nginx'] as const;
export type PeerName = (typeof peerNames)[number];

export interface BenchOptions {
  readonly full: boolean;
  readonly parts: readonly Part[];
  readonly peers: readonly PeerName[];
  /** Measured rounds; the median counts. */
  readonly rounds: number;
  /** Length of one round of small requests. */
  readonly seconds: number;
  readonly connections: number;
  /** MiB of one large object. */
  readonly largeMiB: number;
  /** Keys of the large bucket of the listing. */
  readonly keys: number;
  /** GiB of the stream of uploads. */
  readonly uploadGiB: number;
  /** Processes of Onggi. */
  readonly workers: number;
  /** Seconds to wait for a quiet machine, and to repeat, at each round. */
  readonly patience: number;
  readonly profileTo: string | undefined;
  readonly json: string | undefined;
}

export const usage = `npm run bench -- [options]
  --full              longer: a million keys, 1 GiB objects, a 50 GiB stream of uploads, 5 rounds (quick: 100000, 256 MiB, 4 GiB, 3)
  --only LIST         of ${parts.join(', ')}
  --peers LIST        of ${peerNames.join(', ')}
  --rounds N  --seconds N  --connections N  --large MIB  --keys N  --upload GIB
  --patience SECONDS  at each round, waits this long for other work on the machine to pause, and repeats what was disturbed
  --workers N         processes of Onggi (default: cores)
  --profile DIR       leaves a CPU profile of each process of Onggi there (slower)
  --json FILE         every measured value
`;

/** @throws Error with one line for a wrong option */
export function readOptions(argv: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      full: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      ...texts('only', 'peers', 'rounds', 'seconds', 'connections', 'large', 'keys', 'upload'),
      ...texts('workers', 'patience', 'profile', 'json'),
    },
  });
  if (values.help) return 'help';
  const full = values.full;
  return {
    full,
    parts: names('only', values.only, parts),
    peers: names('peers', values.peers, peerNames),
    rounds: count('rounds', values.rounds, full ? 5 : 3),
    seconds: count('seconds', values.seconds, full ? 8 : 3),
    connections: count('connections', values.connections, 64),
    largeMiB: count('large', values.large, full ? 1024 : 256),
    keys: count('keys', values.keys, full ? 1_000_000 : 100_000),
    uploadGiB: count('upload', values.upload, full ? 50 : 4),
    workers: count('workers', values.workers, availableParallelism()),
    patience: count('patience', values.patience, 0),
    profileTo: values.profile,
    json: values.json,
  };
}

function texts<Name extends string>(...list: readonly Name[]): Record<Name, { type: 'string' }> {
  return Object.fromEntries(list.map((name) => [name, { type: 'string' }])) as Record<
    Name,
    { type: 'string' }
  >;
}

function count(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`--${name} ${text}: a whole number from 1`);
  return Number(text);
}

function names<Name extends string>(
  option: string,
  text: string | undefined,
  known: readonly Name[],
): readonly Name[] {
  if (text === undefined) return known;
  return text.split(',').map((one) => {
    const found = known.find((name) => name === one);
    if (found === undefined) throw new Error(`--${option} ${one}: one of ${known.join(', ')}`);
    return found;
  });
}
