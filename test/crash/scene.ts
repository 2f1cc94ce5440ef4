/**
 * Owns what the clients of a crash round share: where the server is, who they are, what they know. Every request goes through here, so
 * here is decided whether losing it was to be expected.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { State } from '../support/linearizability.ts';
import { alice } from '../support/seed.ts';
import { Contents } from './contents.ts';
import {
  type Address,
  type Answer,
  askKos,
  askS3,
  askSwift,
  type Call,
  type DoorName,
  type Place,
} from './doors.ts';
import { absent, type Effect, Recorder } from './recorder.ts';

/** Buckets that stay, and buckets that come and go. */
export const steadyBuckets = ['crash-steady-one', 'crash-steady-two'] as const;
export const passingBuckets = ['crash-passing-one', 'crash-passing-two'] as const;
/** Few enough that clients meet, many enough that some are left alone. */
export const steadyKeys = Array.from({ length: 48 }, (_, index) => `dir ${index % 5}/key+${index}`);
export const hotKeys = steadyKeys.slice(0, 4);
export const passingKeys = ['a', 'b/ㄱ', 'c'];
/** Never changed: parts are copied from here. */
export const basePlace: Place = { bucket: steadyBuckets[0], key: 'base of parts' };

/** Seconds; short, so that the collector is at work during the rounds. */
export const collectGrace = 2;
/** Milliseconds that a client waits after a 503, as its Retry-After asks. */
const comeBackAfter = 1000;
/** Milliseconds after a death within which connections may still be lost to it. */
const aftermath = 2000;

export function registerOf({ bucket, key }: Place): string {
  return `${bucket}/${key}`;
}

export function bucketRegister(bucket: string): string {
  return `bucket ${bucket}`;
}

export function isPassing(bucket: string): boolean {
  return passingBuckets.some((name) => name === bucket);
}

export interface Tally {
  answered: number;
  lost: number;
  busy: number;
}

export class Scene {
  readonly user = alice;
  readonly recorder = new Recorder();
  readonly contents = new Contents();
  readonly tally: Tally = { answered: 0, lost: 0, busy: 0 };
  /** Valid through all restarts. */
  token = '';
  /** Milliseconds that the slowest answer took. */
  slowest = 0;
  #address: Promise<Address>;
  readonly #endsWithConnection: boolean;
  #marks = 0;
  #lastDeath = Number.NEGATIVE_INFINITY;

  /** @param endsWithConnection an operation can take effect only while its connection is open: false on a database, which goes on */
  constructor(address: Address, endsWithConnection: boolean) {
    this.#address = Promise.resolve(address);
    this.#endsWithConnection = endsWithConnection;
  }

  /** Requests from now on wait for `address`. */
  moveTo(address: Promise<Address>): void {
    this.#address = address;
  }

  get address(): Promise<Address> {
    return this.#address;
  }

  /** Something has just been killed. */
  died(): void {
    this.#lastDeath = performance.now();
  }

  /** A text nobody used before, for an object's metadata. */
  newMark(): string {
    this.#marks += 1;
    return `mark-${this.#marks}`;
  }

  /** Asks, and reports what must not be: no answer, a wrong one, or a lost connection while everything runs. */
  async ask(door: DoorName | 'KOS', call: Call): Promise<Answer> {
    const address = await this.#address;
    const from = performance.now();
    const asking = {
      S3: () => askS3(address, this.user, call),
      Swift: () => askSwift(address, this.token, this.user, call),
      KOS: () => askKos(address, this.user, call),
    };
    const answer = await asking[door]();
    const { verdict, told } = answer;
    this.slowest = Math.max(this.slowest, performance.now() - from);
    if (verdict === 'busy') await sleep(comeBackAfter);
    if (verdict === 'wrong') this.recorder.wrong(`${door} ${told}`);
    if (verdict === 'lost' || verdict === 'refused') {
      this.tally.lost += 1;
      if (!this.#mayLose(call, from)) this.recorder.wrong(`${door} ${told}, while nothing was killed`);
    } else if (verdict === 'busy' || verdict === 'beaten') this.tally.busy += 1;
    else this.tally.answered += 1;
    return answer;
  }

  /** Bytes whose last reference goes while they are read may be collected once the grace period is over. */
  #mayLose({ method }: Call, from: number): boolean {
    if (this.#lastDeath >= from - aftermath) return true;
    return method === 'GET' && performance.now() - from > collectGrace * 1000;
  }

  /**
   * Records a change whose answer was `answer`: it happened when `done`, may have happened when the connection was lost. Answers
   * false for every other verdict, which is the caller's to judge.
   */
  change(
    register: string,
    { verdict, told }: Answer,
    called: number,
    what: string,
    apply: Effect['apply'],
  ): boolean {
    const effect = { label: `${what}: ${told}`, called, apply };
    if (verdict === 'done') this.recorder.record(register, effect);
    else if (verdict === 'lost' && this.#endsWithConnection) {
      this.recorder.record(register, { ...effect, certain: false });
    } else if (verdict === 'lost' || verdict === 'busy') {
      this.recorder.record(register, { ...effect, certain: false, returned: Number.POSITIVE_INFINITY });
    } else return verdict === 'refused' || verdict === 'beaten' || verdict === 'wrong';
    return true;
  }

  /** An answer said that the object, or the passing bucket it would be in, is absent. */
  sawAbsence(place: Place, called: number, { code, told }: Answer): void {
    const { recorder } = this;
    recorder.saw(registerOf(place), called, `absent: ${told}`, absent);
    if (code !== 'NoSuchBucket') return;
    if (isPassing(place.bucket)) {
      recorder.saw(bucketRegister(place.bucket), called, `no bucket: ${told}`, absent);
    } else recorder.wrong(`a bucket that nobody deleted is gone: ${told}`);
  }

  /** An answer that the operation cannot have. */
  unexpected({ verdict, told }: Answer): void {
    this.recorder.wrong(`${told} (${verdict}) makes no sense here`);
  }
}

/** The bucket is there; whatever more it holds is no part of its register. */
export const there: State = 'there';
