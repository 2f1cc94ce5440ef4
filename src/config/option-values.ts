/** Texts of settings as values: each function completes the line that stops a start, "NAME: must be ...". Pure; owns no setting. */
import { isNetwork } from '../base/addresses.ts';

export interface ListenAddress {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** `lmdb:PATH` | `postgres://...` */
export type MetaLocation =
  | { readonly kind: 'lmdb'; readonly path: string | undefined }
  | { readonly kind: 'postgres'; readonly url: string };

/** `file:PATH` */
export type BlobLocation = { readonly kind: 'file'; readonly path: string | undefined };

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) throw new Error(`must be a whole number from ${min} to ${max}`);
    return value;
  };
}

export function oneOf<T extends string>(values: readonly T[]): (text: string) => T {
  return (text) => {
    const found = values.find((value) => value === text);
    if (found === undefined) throw new Error(`must be one of ${values.join(', ')}`);
    return found;
  };
}

export function onOrOff(text: string): boolean {
  return oneOf(['on', 'off'])(text) === 'on';
}

export function parseListen(text: string): ListenAddress {
  const match = /^(?:(\[[0-9a-fA-F:.]+\]|[^:[\]]+):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2] ?? Number.NaN);
  if (match === null || port > 65_535) throw new Error('must be HOST:PORT, [IPv6]:PORT or PORT');
  return { host: (match[1] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port };
}

export function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new Error('must be an http:// or https:// address without query');
  }
  return text.replace(/\/+$/, '');
}

export function parseMeta(text: string): MetaLocation {
  if (text === 'lmdb' || text === 'lmdb:') return { kind: 'lmdb', path: undefined };
  if (text.startsWith('lmdb:')) return { kind: 'lmdb', path: text.slice(5) };
  if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)) return { kind: 'postgres', url: text };
  throw new Error('must be lmdb:PATH or postgres://USER@HOST/DATABASE');
}

export function parseBlobs(text: string): BlobLocation {
  if (text === 'file' || text === 'file:') return { kind: 'file', path: undefined };
  if (text.startsWith('file:')) return { kind: 'file', path: text.slice(5) };
  throw new Error('must be file:PATH');
}

export function nonEmpty(text: string): string {
  if (text === '') throw new Error('must not be empty');
  return text;
}

export function parseRegion(text: string): string {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(text)) throw new Error('must be letters, digits and hyphens');
  return text;
}

export function parseRegions(text: string): readonly string[] {
  return text.split(',').map((name) => parseRegion(name.trim()));
}

export function parseDomains(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  for (const name of names) {
    if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name))
      throw new Error('must be host names separated by commas');
  }
  return names;
}

export function parseOrigins(text: string): readonly string[] {
  const origins = text.split(',').map((origin) => origin.trim());
  if (origins.some((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin)) {
    throw new Error('must be origins such as https://console.example.com separated by commas');
  }
  return origins;
}

export function parseNetworks(text: string): readonly string[] {
  const networks = text.split(',').map((network) => network.trim());
  if (!networks.every(isNetwork)) throw new Error('must be addresses or networks (CIDR) separated by commas');
  return networks;
}
