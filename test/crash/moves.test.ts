// SIGKILL while objects are moved and renamed: each is under exactly one of its names, whole, and what was acknowledged stays done.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { postgresMissing, startPostgres, type TestPostgres } from '../support/postgres.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { type Trap, trapFile } from './dies-at-commit.ts';
import {
  assembleIn,
  type Group,
  groupOf,
  inspect,
  type Move,
  moveWithin,
  putInto,
  readFrom,
  removeFrom,
  removeVersionFrom,
} from './moving.ts';
import { checkLog, dieAndRise } from './rounds.ts';
import { type Upbringing, Victim } from './victim.ts';
import { buckets, eachOf, fill, inspectAgain, newContent, prepare, settle, type Yard } from './yard.ts';

const rounds = Number(process.env.ONGGI_TEST_CRASH_ROUNDS ?? 2);
const seed = Number(process.env.ONGGI_TEST_CRASH_SEED ?? Date.now() % 1_000_000_007);
/** Half of the choices of a seed. */
const encrypted = seed % 2 === 1;

/** Of each bucket, in each round. */
const lonelyGroups = 3;
const sharedGroups = 2;
/** Clients at once, of either kind. */
const movers = 3;
const contenders = 3;
/** Milliseconds of load before and after a death. */
const untilDeath = [50, 900] as const;
const untilQuiet = [50, 300] as const;

/** New groups with their first objects; one of the lonely ones of each bucket is of parts. */
async function makeGroups({ scene, base }: Yard, round: number, random: SeededRandom): Promise<Group[]> {
  const groups = buckets.flatMap((bucket) =>
    Array.from({ length: lonelyGroups + sharedGroups }, (_, index) =>
      groupOf(bucket, `r${String(round).padStart(3, '0')}-${index}`, index < lonelyGroups),
    ),
  );
  await fill(scene, groups, random, ({ lonely, names }) => names.slice(0, lonely ? 1 : 3));
  for (const { name } of buckets) {
    const group = groups.find(({ bucket, lonely }) => lonely && bucket.name === name);
    if (group !== undefined) await assembleIn(scene, group, group.names[0] ?? '', base);
  }
  return groups;
}

/** A lonely object goes from name to name. */
async function mover(
  { scene }: Yard,
  own: readonly Group[],
  random: SeededRandom,
  over: () => boolean,
): Promise<void> {
  const places = new Map(own.map((group) => [group, group.names[0] ?? '']));
  while (!over()) {
    const group = random.pick(own);
    const from = places.get(group) ?? '';
    const to = random.pick(group.names.filter((name) => name !== from));
    const verdict = await moveWithin(scene, group, { from, to, how: random.pick(['move', 'rename']) });
    // Absent after an answer that was lost: then each name is tried.
    if (verdict === 'done' || verdict === 'absent') places.set(group, to);
  }
}

/** What others do to the same names meanwhile. */
async function contender(
  { scene }: Yard,
  shared: readonly Group[],
  random: SeededRandom,
  over: () => boolean,
): Promise<void> {
  while (!over()) {
    const group = random.pick(shared);
    const name = random.pick(group.names);
    const to = random.pick(group.names.filter((one) => one !== name));
    const steps = {
      put: () => putInto(scene, group, name, newContent(scene, random)),
      remove: () => removeFrom(scene, group, name),
      removeVersion: () => removeVersionFrom(scene, group, name, random),
      move: () => moveWithin(scene, group, { from: name, to, how: 'move' }),
      rename: () => moveWithin(scene, group, { from: name, to, how: 'rename' }),
      read: () => readFrom(scene, group, name),
    };
    await steps[
      random.weighted({ put: 25, remove: 10, removeVersion: 10, move: 35, rename: 20, read: 10 })
    ]();
  }
}

async function round(yard: Yard, number: number, random: SeededRandom): Promise<Group[]> {
  const { victim, scene } = yard;
  const death = number % 3 === 0 ? 'a worker' : 'everything';
  const groups = await makeGroups(yard, number, random);
  const lonely = groups.filter((group) => group.lonely);
  const shared = groups.filter((group) => !group.lonely);
  const tally = { ...scene.tally };
  let over = false;
  const load = [
    ...Array.from({ length: movers }, (_, mine) => {
      const own = lonely.filter((_group, index) => index % movers === mine);
      return mover(yard, own, random.fork(), () => over);
    }),
    ...Array.from({ length: contenders }, () => contender(yard, shared, random.fork(), () => over)),
  ];
  const moment = random.between(...untilDeath);
  try {
    await sleep(moment);
    await dieAndRise({ victim, scene }, death, random.fork());
    await sleep(random.between(...untilQuiet));
  } finally {
    over = true;
    await Promise.allSettled(load);
  }
  await Promise.all(load);
  await eachOf(groups, (group) => inspect(scene, group));
  const effects = scene.recorder.conclude();
  checkLog({ victim, scene });
  assert.deepEqual(scene.recorder.violations, [], `round ${number}`);
  const lost = scene.tally.lost - tally.lost;
  console.log(
    `moves, round ${number}, ${death} after ${moment} ms: ${effects} effects explained, ${lost} lost`,
  );
  return groups;
}

async function killAmongMoves(count: number, metaUrl?: string): Promise<void> {
  console.log(`moves: ONGGI_TEST_CRASH_SEED=${seed}${encrypted ? ', encrypted' : ''}`);
  const random = new SeededRandom(seed);
  await withYard({ metaUrl }, async (yard) => {
    const groups: Group[] = [];
    for (let number = 1; number <= count; number += 1) {
      groups.push(...(await round(yard, number, random.fork())));
    }
    await settle(yard);
    await inspectAgain(yard, groups);
  });
}

/** A server that a failed test left would be waited for by whoever waits for the database to be quiet. */
async function withYard(
  { metaUrl, ...upbringing }: Upbringing & { readonly metaUrl: string | undefined },
  work: (yard: Yard) => Promise<void>,
): Promise<void> {
  const victim = await Victim.start(metaUrl, upbringing);
  try {
    await work(await prepare(victim, encrypted));
  } finally {
    await victim.stop();
  }
}

/** A move, in a group of its own, that one server is to carry out or not. */
interface Planned {
  readonly group: Group;
  readonly move: Move;
  /** The names with objects, before and afterwards. */
  readonly was: readonly string[];
  readonly is: readonly string[];
}

/** In each bucket a rename, a move to another folder, a move over what is there, and the move of an object of parts. */
async function plan({ scene, base }: Yard, number: number, random: SeededRandom): Promise<Planned[]> {
  const planned = buckets.flatMap((bucket) =>
    [0, 1, 2, 3].map((kind) => {
      const group = groupOf(bucket, `p${String(number).padStart(3, '0')}-${kind}`, kind !== 2);
      const [from = '', sibling = '', deep = ''] = group.names;
      const to = kind === 0 ? sibling : deep;
      const move: Move = { from, to, how: kind === 0 ? 'rename' : 'move' };
      return { kind, group, move, was: kind === 2 ? [from, to] : [from], is: [to] };
    }),
  );
  const first = new Map(planned.map(({ group, was }) => [group, was]));
  await fill(scene, [...first.keys()], random, (group) => first.get(group) ?? []);
  for (const { kind, group, move } of planned) {
    if (kind === 3) await assembleIn(scene, group, move.from, base);
  }
  return planned;
}

async function killAtCommits(count: number, metaUrl?: string): Promise<void> {
  const random = new SeededRandom(seed);
  const preload = join(import.meta.dirname, 'dies-at-commit.ts');
  const moments = ['before', 'behind', ...Array.from({ length: count }, () => 'amid' as const)] as const;
  await withYard({ metaUrl, workers: 1, preload }, async (yard) => {
    for (const [number, moment] of moments.entries()) {
      await killAt(yard, { number, moment }, random);
    }
    await settle(yard);
  });
}

/** Moves of all kinds at once, whose server is killed at this moment of their commits. */
async function killAt(
  yard: Yard,
  { number, moment }: { readonly number: number } & Pick<Trap, 'moment'>,
  random: SeededRandom,
): Promise<void> {
  const { victim, scene } = yard;
  const planned = await plan(yard, number, random);
  const trap: Trap = { moment, commits: planned.length, delay: random.between(0, 4) };
  writeFileSync(trapFile(victim.dataDir), JSON.stringify(trap));
  scene.died();
  const verdicts = await Promise.all(planned.map(({ group, move }) => moveWithin(scene, group, move)));
  rmSync(trapFile(victim.dataDir));
  await dieAndRise({ victim, scene }, 'everything', random);
  let moved = 0;
  for (const [index, { group, was, is }] of planned.entries()) {
    const found = await inspect(scene, group);
    const done = found.length === is.length && found.every((name) => is.includes(name));
    if (done) moved += 1;
    if (!done || moment === 'before') assert.deepEqual([...found].sort(), [...was].sort());
    if (verdicts[index] === 'done') assert.ok(done, 'an acknowledged move was undone');
  }
  if (moment !== 'amid') assert.deepEqual(new Set(verdicts), new Set(['lost']));
  if (moment !== 'amid') assert.equal(moved, moment === 'before' ? 0 : planned.length);
  scene.recorder.conclude();
  assert.deepEqual(scene.recorder.violations, [], moment);
  console.log(`moves, killed ${moment} ${planned.length} commits (${trap.delay} ms): ${moved} carried out`);
}

describe('objects that are moved while the server is killed', () => {
  const kills = Math.ceil(rounds / 3);

  it('among puts, deletions and other moves, on LMDB', () => killAmongMoves(rounds));
  it('before, amid and behind their commits, on LMDB', () => killAtCommits(kills));

  describe('on PostgreSQL', { skip: postgresMissing() }, () => {
    let postgres: TestPostgres;
    before(async () => {
      postgres = await startPostgres();
    });
    after(() => postgres.stop());

    it('among puts, deletions and other moves', () => killAmongMoves(kills, `${postgres.url}?schema=moves`));
    it('before, amid and behind their commits', () => killAtCommits(kills, `${postgres.url}?schema=commits`));
  });
});
