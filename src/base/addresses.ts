/**
 * Owns lists of addresses and networks: which entries there can be, and whether an address is in one. IPv4, IPv6 and CIDR;
 * refuses names, ranges, wildcards and zones.
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net';

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
  const family = familyOf(plain);
  return family !== undefined && blockListsOf(networks)[family].check(plain, family);
}

/** An IPv4 address in IPv6's clothes (`::ffff:1.2.3.4`, as sockets that serve both tell it) as itself; any other as it is. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped !== undefined && isIPv4(mapped) ? mapped : address;
}

/**
 * Of each family its own, because a `BlockList` holds an IPv4 address to be in `::/0`, where it is a mapped one: who lists all of IPv6 does
 * not mean all of IPv4.
 */
type BlockLists = Readonly<Record<Network['family'], BlockList>>;

/** Compiled lists, as long as the records they stand in are remembered. */
const blockLists = new WeakMap<readonly string[], BlockLists>();

function blockListsOf(networks: readonly string[]): BlockLists {
  let lists = blockLists.get(networks);
  if (lists === undefined) {
    lists = { ipv4: new BlockList(), ipv6: new BlockList() };
    for (const text of networks) {
      const network = parseNetwork(text);
      if (network === undefined) continue;
      const { address, prefix, family } = network;
      lists[family].addSubnet(address, prefix, family);
    }
    blockLists.set(networks, lists);
  }
  return lists;
}

function familyOf(address: string): Network['family'] | undefined {
  return isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined;
}

function parseNetwork(text: string): Network | undefined {
  const [, raw = '', bits] = /^([0-9A-Fa-f:.]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const address = plainAddress(raw);
  const family = familyOf(address);
  if (family === undefined) return undefined;
  const most = family === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits);
  // The prefix of a mapped address counts IPv6's bits: ambiguous, and of no use.
  if (prefix > most || (address !== raw && bits !== undefined)) return undefined;
  return { address, family, prefix };
}
