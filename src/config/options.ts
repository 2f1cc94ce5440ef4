/**
 * Every setting of the server in one table: its name in `onggi.yaml`, its environment variable, its flag, what it means, its
 * default, and how its text becomes a value. The README's table is checked against this one.
 */
import { availableParallelism } from 'node:os';
import { type ObjectReads, objectReadChoices } from '../core/model/bucket-records.ts';
import { type LimitsProfile, limitsProfiles } from '../core/model/names.ts';
import {
  type BlobLocation,
  type ListenAddress,
  type MetaLocation,
  nonEmpty,
  oneOf,
  onOrOff,
  parseBlobs,
  parseDomains,
  parseListen,
  parseMeta,
  parseNetworks,
  parseOrigins,
  parseRegion,
  parseRegions,
  parseUrl,
  wholeNumber,
} from './option-values.ts';

/** A setting with a wrong value; the start stops with this one line. */
export class ConfigError extends Error {}

export interface Option<T> {
  readonly env: string;
  /** Without the leading `--`. */
  readonly flag: string;
  /** Its name in `onggi.yaml` where that is not the name in this table; a dot stands for a map inside the map. */
  readonly fileName?: string;
  readonly placeholder: string;
  readonly doc: string;
  /** The default as text, for the documentation; `undefined` when there is none. */
  readonly shown: string | undefined;
  readonly fallback: () => T;
  /** @throws an Error whose message completes "NAME: ". */
  readonly parse: (text: string) => T;
}

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

function option<T>(definition: Option<T>): Option<T> {
  return definition;
}

export const options = {
  listen: option({
    env: 'ONGGI_LISTEN',
    flag: 'listen',
    placeholder: 'host:port',
    doc: 'address to serve on',
    shown: '127.0.0.1:9000',
    fallback: () => ({ host: '127.0.0.1', port: 9000 }),
    parse: parseListen,
  }),
  internalListen: option<ListenAddress | undefined>({
    env: 'ONGGI_INTERNAL_LISTEN',
    flag: 'internal-listen',
    placeholder: 'host:port',
    doc: 'address for the calls under `/internal`, which the other address then does not have',
    shown: 'the same as all others',
    fallback: () => undefined,
    parse: parseListen,
  }),
  data: option({
    env: 'ONGGI_DATA',
    flag: 'data',
    placeholder: 'directory',
    doc: 'data directory',
    shown: './data',
    fallback: () => './data',
    parse: nonEmpty,
  }),
  meta: option<MetaLocation>({
    env: 'ONGGI_META',
    flag: 'meta',
    placeholder: 'engine',
    doc: 'metadata engine: `lmdb:PATH` or `postgres://...`',
    shown: 'lmdb in the data directory',
    fallback: () => ({ kind: 'lmdb', path: undefined }),
    parse: parseMeta,
  }),
  blobs: option<BlobLocation>({
    env: 'ONGGI_BLOBS',
    flag: 'blobs',
    placeholder: 'engine',
    doc: 'blob engine: `file:PATH`',
    shown: 'files in the data directory',
    fallback: () => ({ kind: 'file', path: undefined }),
    parse: parseBlobs,
  }),
  workers: option({
    env: 'ONGGI_WORKERS',
    flag: 'workers',
    placeholder: 'count',
    doc: 'processes that share the port and the engines',
    shown: 'one per core',
    fallback: () => Math.min(availableParallelism(), 64),
    parse: wholeNumber(1, 64),
  }),
  region: option({
    env: 'ONGGI_REGION',
    flag: 'region',
    placeholder: 'name',
    doc: 'name of the region',
    shown: 'kr-central-2',
    fallback: () => 'kr-central-2',
    parse: parseRegion,
  }),
  regions: option<readonly string[]>({
    env: 'ONGGI_REGIONS',
    flag: 'regions',
    placeholder: 'names',
    doc: 'further regions this server answers for, or names for its own, separated by commas; each stands in the catalog',
    shown: undefined,
    fallback: () => [],
    parse: parseRegions,
  }),
  kosRegions: option<readonly string[]>({
    env: 'ONGGI_KOS_REGIONS',
    flag: 'kos-regions',
    placeholder: 'names',
    doc: "Krutrim's names for regions, taken and echoed by its API, separated by commas; buckets that name none are in the first",
    shown: 'In-Bangalore-1,In-Hyderabad-1',
    fallback: () => ['In-Bangalore-1', 'In-Hyderabad-1'],
    parse: parseRegions,
  }),
  kosRequireSession: option<boolean>({
    env: 'ONGGI_KOS_REQUIRE_SESSION',
    flag: 'kos-require-session',
    placeholder: 'choice',
    doc: "whether Krutrim's calls about objects are for callers with an active session alone: on, off",
    shown: 'off',
    fallback: () => false,
    parse: onOrOff,
  }),
  limitsProfile: option<LimitsProfile>({
    env: 'ONGGI_LIMITS_PROFILE',
    flag: 'limits-profile',
    fileName: 'limits.profile',
    placeholder: 'profile',
    doc: `whose limits new names keep: \`default\` (keys of 1024 bytes, bucket names of 3 to 63 characters) or \`kakaocloud\` (432, 4 to 63, its reserved names)`,
    shown: 'default',
    fallback: () => 'default',
    parse: oneOf(limitsProfiles),
  }),
  publicUrl: option<string | undefined>({
    env: 'ONGGI_PUBLIC_URL',
    flag: 'public-url',
    placeholder: 'url',
    doc: 'address that clients reach the server by, for links and catalogs',
    shown: "the request's own Host",
    fallback: () => undefined,
    parse: parseUrl,
  }),
  s3Domains: option<readonly string[]>({
    env: 'ONGGI_S3_DOMAINS',
    flag: 's3-domains',
    placeholder: 'names',
    doc: 'domains whose subdomains name buckets, separated by commas',
    shown: 's3.localhost',
    fallback: () => ['s3.localhost'],
    parse: parseDomains,
  }),
  consoleOrigins: option<readonly string[]>({
    env: 'ONGGI_CONSOLE_ORIGINS',
    flag: 'console-origins',
    placeholder: 'origins',
    doc: 'origins of consoles on other addresses (`https://console.example.com`), which browsers let use every API, separated by commas',
    shown: undefined,
    fallback: () => [],
    parse: parseOrigins,
  }),
  trustedProxies: option<readonly string[]>({
    env: 'ONGGI_TRUSTED_PROXIES',
    flag: 'trusted-proxies',
    placeholder: 'networks',
    doc: 'addresses and networks (CIDR) of proxies whose `X-Forwarded-For` is believed, separated by commas',
    shown: undefined,
    fallback: () => [],
    parse: parseNetworks,
  }),
  seed: option<string | undefined>({
    env: 'ONGGI_SEED',
    flag: 'seed',
    placeholder: 'file',
    doc: 'identities and buckets to create at start (YAML)',
    shown: undefined,
    fallback: () => undefined,
    parse: nonEmpty,
  }),
  masterKey: option<string | undefined>({
    env: 'ONGGI_MASTER_KEY',
    flag: 'master-key',
    placeholder: 'key',
    doc: '32 bytes as base64 or hex that seal tokens and S3 secrets; better given by file or environment than by flag',
    shown: 'the master key file',
    fallback: () => undefined,
    parse: nonEmpty,
  }),
  masterKeyFile: option<string | undefined>({
    env: 'ONGGI_MASTER_KEY_FILE',
    flag: 'master-key-file',
    placeholder: 'file',
    doc: 'where the master key is read from, and created when absent; keep it out of the backups of the data',
    shown: '`<data>.key`, beside the data directory',
    fallback: () => undefined,
    parse: nonEmpty,
  }),
  tlsCert: option<string | undefined>({
    env: 'ONGGI_TLS_CERT',
    flag: 'tls-cert',
    placeholder: 'file',
    doc: 'certificate chain (PEM); with the key, the server speaks HTTPS',
    shown: undefined,
    fallback: () => undefined,
    parse: nonEmpty,
  }),
  tlsKey: option<string | undefined>({
    env: 'ONGGI_TLS_KEY',
    flag: 'tls-key',
    placeholder: 'file',
    doc: 'private key of the certificate (PEM)',
    shown: undefined,
    fallback: () => undefined,
    parse: nonEmpty,
  }),
  logLevel: option<LogLevel>({
    env: 'ONGGI_LOG_LEVEL',
    flag: 'log-level',
    placeholder: 'level',
    doc: `one of ${logLevels.join(', ')}; \`info\` has a line for every request`,
    shown: 'info',
    fallback: () => 'info',
    parse: oneOf(logLevels),
  }),
  tokenTtl: option({
    env: 'ONGGI_TOKEN_TTL',
    flag: 'token-ttl',
    placeholder: 'seconds',
    doc: 'lifetime of tokens',
    shown: '43200',
    fallback: () => 43_200,
    parse: wholeNumber(1, 31_536_000),
  }),
  sessionTtl: option({
    env: 'ONGGI_SESSION_TTL',
    flag: 'session-ttl',
    placeholder: 'seconds',
    doc: 'lifetime of KOS sessions, from their start or last refresh',
    shown: '3600',
    fallback: () => 3600,
    parse: wholeNumber(1, 31_536_000),
  }),
  inlineBytes: option<number | undefined>({
    env: 'ONGGI_INLINE_BYTES',
    flag: 'inline-bytes',
    placeholder: 'bytes',
    doc: 'objects up to this size are kept in the metadata engine',
    shown: '16384',
    fallback: () => undefined,
    parse: wholeNumber(0, 1_048_576),
  }),
  trailDays: option({
    env: 'ONGGI_TRAIL_DAYS',
    flag: 'trail-days',
    placeholder: 'days',
    doc: 'how long the audit trail keeps events',
    shown: '90',
    fallback: () => 90,
    parse: wholeNumber(1, 36_500),
  }),
  trailObjectReads: option<ObjectReads>({
    env: 'ONGGI_TRAIL_OBJECT_READS',
    flag: 'trail-object-reads',
    placeholder: 'which',
    doc: `which reads of objects the audit trail records: ${objectReadChoices.join(', ')}`,
    shown: 'failures',
    fallback: () => 'failures',
    parse: oneOf(objectReadChoices),
  }),
  trailHour: option({
    env: 'ONGGI_TRAIL_HOUR',
    flag: 'trail-hour',
    placeholder: 'seconds',
    doc: 'time that the delivery of the audit trail into buckets counts as one hour, for tests',
    shown: '3600',
    fallback: () => 3600,
    parse: wholeNumber(1, 3600),
  }),
  collectGrace: option({
    env: 'ONGGI_COLLECT_GRACE',
    flag: 'collect-grace',
    placeholder: 'seconds',
    doc: 'time between the last reference to bytes going and the bytes going; longer than the longest download',
    shown: '86400',
    fallback: () => 86_400,
    parse: wholeNumber(0, 31_536_000),
  }),
  lifecycleDay: option({
    env: 'ONGGI_LIFECYCLE_DAY',
    flag: 'lifecycle-day',
    placeholder: 'seconds',
    doc: 'time that lifecycle rules count as one day, for tests; rules run when a day begins, at 00:00 UTC',
    shown: '86400',
    fallback: () => 86_400,
    parse: wholeNumber(1, 86_400),
  }),
} as const;

export type OptionName = keyof typeof options;

/** What a setting is called in `onggi.yaml`. */
export function fileNameOf(name: OptionName): string {
  const { fileName }: Option<unknown> = options[name];
  return fileName ?? name;
}

export type Config = {
  readonly [Name in OptionName]: (typeof options)[Name] extends Option<infer T> ? T : never;
};
