/** The doors of the server, in the order in which a request is offered to them; S3 takes what no other wants. */
import { type LimitsProfile, nameLimits } from '../core/model/names.ts';
import { createExt } from '../protocols/ext/index.ts';
import { createIam } from '../protocols/iam/index.ts';
import { createKos } from '../protocols/kos/index.ts';
import { createOperations, type WatchedServer } from '../protocols/operations/index.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { createS3 } from '../protocols/s3/index.ts';
import { createSwift } from '../protocols/swift/index.ts';
import { createTrailDoor } from '../protocols/trail/index.ts';

export interface FrontEndSettings {
  readonly region: string;
  readonly regions: readonly string[];
  readonly kosRegions: readonly string[];
  readonly kosRequireSession: boolean;
  readonly limitsProfile: LimitsProfile;
  readonly publicUrl: string | undefined;
  readonly s3Domains: readonly string[];
  /** Anything: calls under `/internal` have an address of their own. */
  readonly internalListen?: unknown;
}

/** @throws Error when two operations of one protocol have the same name: metrics and permissions could not tell them apart. */
export function createFrontEnds(settings: FrontEndSettings, server: WatchedServer): readonly Protocol[] {
  const { region } = settings;
  const links = settings.publicUrl === undefined ? { region } : { region, publicUrl: settings.publicUrl };
  const protocols = [
    createOperations(server),
    createIam({ ...links, regions: [...new Set([region, ...settings.regions])] }),
    createExt(),
    createTrailDoor(),
    createKos(kosSettings(settings), settings.internalListen === undefined ? 'everything' : 'public'),
    createSwift(links),
    createS3({ domains: settings.s3Domains, names: nameLimits[settings.limitsProfile] }),
  ];
  for (const { name, operationNames } of protocols) {
    const twice = operationNames.find((operation, at) => operationNames.indexOf(operation) !== at);
    if (twice !== undefined) throw new Error(`${name} has two operations named ${twice}`);
  }
  return protocols;
}

/** What the address for internal calls serves, and nothing else. */
export function createInternalFrontEnds(settings: FrontEndSettings): readonly Protocol[] {
  return [createKos(kosSettings(settings), 'internal')];
}

function kosSettings({ kosRegions, kosRequireSession, publicUrl }: FrontEndSettings) {
  const own = { regions: kosRegions, requireSession: kosRequireSession };
  return { ...own, ...(publicUrl !== undefined && { publicUrl }) };
}
