/**
 * Owns lists of addresses and networks: which entries there can be, and whether an address is in one. IPv4, IPv6 and CIDR;
 * refuses names, ranges, wildcards and zones.
 */
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/** Parsed form of an entry; `prefix` in bits. */
interface Network {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly prefix: number;
}

/** Whether `text` is an address (`1.2.3.4`, `2001:db8::1`) or a network (`10.0.0.0/8`, `2001:db8::/32`). */
export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== undefined;
}

/** Whether `address` is one of `networks`, all of which are known to be networks. An address that is none is in no list. */
export function isListed(networks: readonly string[], address: string): boolean {
  const plain = plainAddress(address);
  const family = isIP(plain);
  return family !== 0 && blockListOf(networks).check(plain, family === 4 ? 'ipv4' : 'ipv6');
}

/** An IPv4 address in IPv6's clothes (`::ffff:1.2.3.4`, as sockets that serve both tell it) as itself; any other as it is. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped !== undefined && isIPv4(mapped) ? mapped : address;
}

/** Compiled lists, as long as the records they stand in are remembered. */
const blockLists = new WeakMap<readonly string[], BlockList>();

function blockListOf(networks: readonly string[]): BlockList {
  let list = blockLists.get(networks);
  if (list === undefined) {
    list = new BlockList();
    for (const text of networks) {
      const network = parseNetwork(text);
      if (network !== undefined) list.addSubnet(network.address, network.prefix, network.family);
    }
    blockLists.set(networks, list);
  }
  return list;
}

function parseNetwork(text: string): Network | undefined {
  const [, raw = '', bits] = /^([0-9A-Fa-f:.]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const address = plainAddress(raw);
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined;
  if (family === undefined) return undefined;
  const most = family === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits);
  // The prefix of a mapped address counts IPv6's bits: ambiguous, and of no use.
  if (prefix > most || (address !== raw && bits !== undefined)) return undefined;
  return { address, family, prefix };
}
