/**
 * Where a CPU profile's time went: by function and by file, its own time, and by function with all that it called. For the files that `npm run bench -- --profile`
 * leaves: node scripts/run.mjs bench/read-profile.ts FILE...
 */
import { readFileSync } from 'node:fs';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly children?: readonly number[];
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const shown = 45;

function main(files: readonly string[]): void {
  for (const file of files) {
    const profile = JSON.parse(readFileSync(file, 'utf8')) as Profile;
    const own = new Map<number, number>();
    profile.samples.forEach((id, i) => {
      own.set(id, (own.get(id) ?? 0) + (profile.timeDeltas[i] ?? 0));
    });
    const names = new Map<number, string>();
    const byFunction = new Map<string, number>();
    const byFile = new Map<string, number>();
    for (const { id, callFrame } of profile.nodes) {
      const time = own.get(id) ?? 0;
      const place = callFrame.url.replace(/^.*\/(?=(src|node_modules)\/)/, '') || '(engine)';
      const name = `${callFrame.functionName || '(anonymous)'} ${place}:${callFrame.lineNumber + 1}`;
      names.set(id, name);
      if (/^\((idle|root)\)/.test(name)) continue;
      byFunction.set(name, (byFunction.get(name) ?? 0) + time);
      byFile.set(place, (byFile.get(place) ?? 0) + time);
    }
    const busy = [...byFunction.values()].reduce((sum, time) => sum + time, 0);
    process.stdout.write(`${file}: ${(busy / 1e6).toFixed(2)} s busy\n`);
    print('by function', byFunction, busy);
    print('by file', byFile, busy);
    print('by function, with all that it called', withCalled(profile, own, names), busy);
  }
}

/** Every function's time together with that of its callees; a function that calls itself counts once. */
function withCalled(
  { nodes }: Profile,
  own: ReadonlyMap<number, number>,
  names: ReadonlyMap<number, string>,
): Map<string, number> {
  const children = new Map(nodes.map(({ id, children }) => [id, children ?? []]));
  const totals = new Map<string, number>();
  const visit = (id: number, above: ReadonlySet<string>): number => {
    const name = names.get(id) ?? '';
    const inside = new Set([...above, name]);
    let time = own.get(id) ?? 0;
    for (const child of children.get(id) ?? []) time += visit(child, inside);
    if (!above.has(name)) totals.set(name, (totals.get(name) ?? 0) + time);
    return time;
  };
  const [root] = nodes;
  if (root !== undefined) visit(root.id, new Set());
  for (const name of totals.keys()) if (/^\((idle|root)\)/.test(name)) totals.delete(name);
  return totals;
}

function print(title: string, times: ReadonlyMap<string, number>, busy: number): void {
  process.stdout.write(`\n${title}\n`);
  const rows = [...times].toSorted(([, a], [, b]) => b - a).slice(0, shown);
  for (const [name, time] of rows) {
    process.stdout.write(`${((time * 100) / busy).toFixed(1).padStart(6)}%  ${name}\n`);
  }
}

main(process.argv.slice(2));
