// Races for the versions of a key: in many orders in memory, in some on each engine that is served from.
import { describe } from 'node:test';
import { onRealEngines } from '../../../test/support/real-engines.ts';
import { openMemory } from '../../engines/meta/memory/meta-store.ts';
import { versionRaces } from './races.test-suite.ts';

describe('races for the versions of a key', () => {
  describe('in memory', () => versionRaces(30, async () => [await openMemory()]));
  onRealEngines((open) => versionRaces(3, open));
});
