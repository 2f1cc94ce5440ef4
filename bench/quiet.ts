/**
 * Other work on the machine: how much there is, and waiting for it to pause. A measurement that was disturbed is repeated,
 * as far as patience goes.
 */
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Peer } from './peers/peer.ts';
import { machineProcessorSeconds, ownProcessorSeconds, processorSeconds } from './processes.ts';

/** Share of all processors that other work may take before it counts as a disturbance. */
const tolerated = 0.1;

export class Quiet {
  readonly #peers: readonly Peer[];
  readonly #patience: number;
  /** Processor seconds of other work, and seconds, during the measurements that count. */
  #others = 0;
  #seconds = 0;

  /** `patience`: seconds to wait and repeat for one measurement. */
  constructor(peers: readonly Peer[], patience: number) {
    this.#peers = peers;
    this.#patience = patience;
  }

  /** Share of all processors that other work took while results were measured. */
  get othersShare(): number {
    return this.#others / (this.#seconds * cpus().length);
  }

  async measure<Result>(work: () => Promise<Result>): Promise<Result> {
    const end = performance.now() + this.#patience * 1000;
    for (;;) {
      await this.#pause(end);
      const { result, others, seconds } = await this.#watched(work);
      if (others <= tolerated * seconds * cpus().length || performance.now() >= end) {
        this.#others += others;
        this.#seconds += seconds;
        return result;
      }
    }
  }

  /** Resolves in a quiet moment, or at `end`. */
  async #pause(end: number): Promise<void> {
    while (performance.now() < end) {
      const { others, seconds } = await this.#watched(() => sleep(500));
      if (others <= tolerated * seconds * cpus().length) return;
    }
  }

  async #watched<Result>(work: () => Promise<Result>) {
    const began = performance.now();
    const before = this.#otherSeconds();
    const result = await work();
    return { result, others: this.#otherSeconds() - before, seconds: (performance.now() - began) / 1000 };
  }

  #otherSeconds(): number {
    const pids = this.#peers.flatMap((peer) => peer.processes().map(({ pid }) => pid));
    return machineProcessorSeconds() - ownProcessorSeconds() - processorSeconds(pids);
  }
}
