/**
 * Owns the field lists of the records of buckets, objects, uploads and the collector. A list only grows at its end, with the
 * version going up (docs/formats.md keeps the history); field kinds and the envelope are `record-format.ts`.
 */
import { roles } from '../access/roles.ts';
import {
  type AddressPolicy,
  type BucketEncryption,
  type BucketRecord,
  bucketTypes,
  type Grant,
  type GrantMember,
  type KosLabels,
  kosTiers,
  objectReadChoices,
  versioningStates,
} from './bucket-records.ts';
import type { BucketName, ObjectKey, ProjectId, UploadId, UserId } from './names.ts';
import type {
  Behind,
  Checksum,
  ContentHeaders,
  ManifestPart,
  ObjectAttributes,
  ObjectData,
  ObjectEncryption,
  ObjectRecord,
  OwnData,
  PartRecord,
  SealedStretch,
  Segment,
  UploadRecord,
  VersionHead,
  VersionRecord,
} from './object-records.ts';
import {
  attachedBytes,
  bytes,
  type Field,
  type Fields,
  flag,
  id,
  list,
  number,
  optional,
  recordFormat,
  structure,
  text,
  textMap,
  word,
} from './record-format.ts';

/** The parts of a manifest that stand in one record, in order. */
export interface ManifestChunk {
  readonly parts: readonly ManifestPart[];
}

/** What a completed upload answered, so that the same completion can be answered again. */
export interface CompletionRecord {
  readonly bucketId: string;
  readonly key: ObjectKey;
  /** SHA-256 of the list of parts. */
  readonly request: Uint8Array;
  readonly object: Omit<ObjectRecord, 'data' | 'encryption' | 'sequence'>;
  readonly partCount: number;
  readonly encrypted?: boolean;
}

/** The index of a project's buckets. */
export interface BucketIndexRecord {
  readonly id: string;
}

/** An object that is to go at a date, in the order of these dates. */
export interface DeletionRecord {
  readonly bucket: BucketName;
}

export interface QueueRecord {
  /** How often the collector failed at it. */
  readonly failures: number;
}

const algorithm = word('CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256');
const checksumType = word('FULL_OBJECT', 'COMPOSITE');
const checksum = structure<Checksum>({ algorithm, type: checksumType, value: text });

const contentHeaders = structure<ContentHeaders>({
  cacheControl: optional(text),
  contentDisposition: optional(text),
  contentEncoding: optional(text),
  contentLanguage: optional(text),
  expires: optional(text),
  robotsTag: optional(text),
});

const attributes: Fields<ObjectAttributes> = {
  contentType: text,
  headers: contentHeaders,
  metadata: textMap,
  deleteAt: optional(number),
};

const sealed = optional(structure<SealedStretch>({ key: bytes, size: number }));

/**
 * Inline: the length of attached bytes; sealed `[length, [key, size]]`. Blob: `[blob id, offset, length]`, sealed with
 * `[key, size]` behind it.
 */
const segment: Field<Segment> = {
  toWire(value, attach) {
    const behind = value.sealed === undefined ? [] : [sealed.toWire(value.sealed, attach)];
    if (value.kind === 'blob') {
      return [id.toWire(value.blob, attach), value.offset, value.length, ...behind];
    }
    const length = attachedBytes.toWire(value.bytes, attach);
    return value.sealed === undefined ? length : [length, ...behind];
  },
  fromWire(raw, detach) {
    if (!Array.isArray(raw)) return { kind: 'inline', bytes: attachedBytes.fromWire(raw, detach) };
    const inline = typeof raw[0] === 'number';
    const seal = sealed.fromWire(raw[inline ? 1 : 3], detach);
    const secret = seal !== undefined && { sealed: seal };
    if (inline) return { kind: 'inline', bytes: attachedBytes.fromWire(raw[0], detach), ...secret };
    return {
      kind: 'blob',
      blob: id.fromWire(raw[0], detach),
      offset: number.fromWire(raw[1], detach),
      length: number.fromWire(raw[2], detach),
      ...secret,
    };
  },
};
const segments = list(segment);

/** Segments: `[0, segments]`. Manifest: `[1, manifest id, number of parts]`. */
const ownData: Field<OwnData> = {
  toWire: (value, attach) =>
    value.kind === 'segments'
      ? [0, segments.toWire(value.segments, attach)]
      : [1, id.toWire(value.manifest, attach), value.partCount],
  fromWire(raw, detach) {
    if (!Array.isArray(raw)) throw new TypeError('expected the whereabouts of data');
    if (raw[0] === 0) return { kind: 'segments', segments: segments.fromWire(raw[1], detach) };
    if (raw[0] !== 1) throw new TypeError('expected segments or a manifest');
    const partCount = number.fromWire(raw[2], detach);
    return { kind: 'manifest', manifest: id.fromWire(raw[1], detach), partCount };
  },
};

/** Static: `[2, segments of the list, its size, its MD5, number of entries]`. Dynamic: `[3, own data, container, prefix]`. */
const objectData: Field<ObjectData> = {
  toWire(value, attach) {
    switch (value.kind) {
      case 'static':
        return [2, segments.toWire(value.list, attach), value.listSize, value.listEtag, value.partCount];
      case 'dynamic':
        return [3, ownData.toWire(value.own, attach), value.container, value.prefix];
      default:
        return ownData.toWire(value, attach);
    }
  },
  fromWire(raw, detach) {
    if (!Array.isArray(raw)) throw new TypeError('expected the whereabouts of data');
    if (raw[0] === 2) {
      return {
        kind: 'static',
        list: segments.fromWire(raw[1], detach),
        listSize: number.fromWire(raw[2], detach),
        listEtag: text.fromWire(raw[3], detach),
        partCount: number.fromWire(raw[4], detach),
      };
    }
    if (raw[0] !== 3) return ownData.fromWire(raw, detach);
    return {
      kind: 'dynamic',
      own: ownData.fromWire(raw[1], detach),
      container: text.fromWire(raw[2], detach),
      prefix: text.fromWire(raw[3], detach),
    };
  },
};

const encryption = optional(structure<ObjectEncryption>({ key: bytes }));

const objectFields: Fields<CompletionRecord['object']> = {
  versionId: text,
  modifiedAt: number,
  size: number,
  etag: text,
  ...attributes,
  checksum: optional(checksum),
  storageClass: text,
};

const wholeObject: Fields<ObjectRecord> = {
  ...objectFields,
  data: objectData,
  encryption,
  sequence: optional(number),
};

export const objectFormat = recordFormat<ObjectRecord>('object', 4, wholeObject);

const objectBehind = structure<ObjectRecord>(wholeObject);

/** Object: `[0, noncurrentAt, an object record's fields]`. Delete marker: `[1, versionId, modifiedAt]`. */
const behind: Field<Behind> = {
  toWire: (value, attach) =>
    value.kind === 'object'
      ? [0, value.noncurrentAt, objectBehind.toWire(value.object, attach)]
      : [1, value.versionId, value.modifiedAt],
  fromWire(raw, detach) {
    if (!Array.isArray(raw)) throw new TypeError('expected a version');
    if (raw[0] === 0) {
      const noncurrentAt = number.fromWire(raw[1], detach);
      return { kind: 'object', object: objectBehind.fromWire(raw[2], detach), noncurrentAt };
    }
    if (raw[0] !== 1) throw new TypeError('expected an object or a delete marker');
    const versionId = text.fromWire(raw[1], detach);
    return { kind: 'marker', versionId, modifiedAt: number.fromWire(raw[2], detach) };
  },
};

export const versionFormat = recordFormat<VersionRecord>('version', 2, { behind });

export const headFormat = recordFormat<VersionHead>('version head', 1, {
  count: number,
  newest: number,
  nullAt: optional(number),
});

const grant = structure<Grant>({
  id: text,
  role: word(...roles),
  member: structure<GrantMember>({
    type: word('user', 'service_account', 'group', 'role_group', 'project_users', 'all_users'),
    id: text,
  }),
  outsider: optional(flag),
});

const addressPolicy = structure<AddressPolicy>({
  id,
  readWrite: list(text),
  readOnly: list(text),
  createdAt: number,
  modifiedAt: number,
});

export const bucketFormat = recordFormat<BucketRecord>('bucket', 12, {
  name: text as Field<BucketName>,
  id,
  projectId: id as Field<ProjectId>,
  ownerId: id as Field<UserId>,
  createdAt: number,
  modifiedAt: number,
  state: word('active', 'deleting'),
  grants: list(grant),
  metadata: textMap,
  storageClass: text,
  publicAddresses: optional(list(text)),
  encryption: optional(
    structure<BucketEncryption>({ type: word('managed'), sealedKey: bytes, onRequest: optional(flag) }),
  ),
  type: optional(word(...bucketTypes)),
  readAcl: optional(list(text)),
  writeAcl: optional(list(text)),
  hasLifecycle: optional(flag),
  kos: optional(
    structure<KosLabels>({
      region: optional(text),
      tier: optional(word(...kosTiers)),
      description: optional(text),
    }),
  ),
  versioning: optional(word(...versioningStates)),
  objectReads: optional(word(...objectReadChoices)),
  addressPolicy: optional(addressPolicy),
  tags: optional(textMap),
  mfaDelete: optional(flag),
});

export const bucketIndexFormat = recordFormat<BucketIndexRecord>('bucket index', 1, { id });

export const deletionFormat = recordFormat<DeletionRecord>('deletion', 1, {
  bucket: text as Field<BucketName>,
});

export const uploadFormat = recordFormat<UploadRecord>('upload', 2, {
  id: id as Field<UploadId>,
  bucket: text as Field<BucketName>,
  key: text as Field<ObjectKey>,
  initiatorId: id as Field<UserId>,
  startedAt: number,
  storageClass: text,
  ...attributes,
  checksum: optional(structure<Pick<Checksum, 'algorithm' | 'type'>>({ algorithm, type: checksumType })),
  encryption,
});

export const partFormat = recordFormat<PartRecord>('part', 2, {
  number,
  size: number,
  etag: text,
  modifiedAt: number,
  checksum: optional(checksum),
  segments,
});

const manifestPart = structure<ManifestPart>({
  number,
  size: number,
  checksum: optional(text),
  segments,
});

export const manifestChunkFormat = recordFormat<ManifestChunk>('manifest', 2, { parts: list(manifestPart) });

export const completionFormat = recordFormat<CompletionRecord>('completion', 2, {
  bucketId: id,
  key: text as Field<ObjectKey>,
  request: bytes,
  object: structure(objectFields),
  partCount: number,
  encrypted: optional(flag),
});

export const queueFormat = recordFormat<QueueRecord>('queue', 1, { failures: number });
