/**
 * Owns lists of addresses in Krutrim's spelling (reference 10.8): what `addresses.ts` takes, and IPv4 addresses with `*` for any octet. Refuses
 * names, ranges, and `*` in anything but a whole octet.
 */
import { isIPv4 } from 'node:net';
import { isListed, isNetwork, plainAddress } from './addresses.ts';

/** `10.*.0.1` as its octets; undefined stands for any. */
type Octets = readonly (number | undefined)[];

/** Whether `text` is an address, a network, or an IPv4 address with `*` for at least one octet. */
export function isAddressPattern(text: string): boolean {
  return isNetwork(text) || parseOctets(text) !== undefined;
}

interface Compiled {
  readonly networks: readonly string[];
  readonly patterns: readonly Octets[];
}

/** As long as the records they stand in are remembered. */
const compiled = new WeakMap<readonly string[], Compiled>();

/** Whether `address` matches one of `patterns`, all of which are known to be patterns. What is no address matches none. */
export function matchesAddress(patterns: readonly string[], address: string): boolean {
  let list = compiled.get(patterns);
  if (list === undefined) {
    list = {
      networks: patterns.filter(isNetwork),
      patterns: patterns.map(parseOctets).filter((octets) => octets !== undefined),
    };
    compiled.set(patterns, list);
  }
  if (isListed(list.networks, address)) return true;
  const plain = plainAddress(address);
  if (list.patterns.length === 0 || !isIPv4(plain)) return false;
  const octets = plain.split('.').map(Number);
  return list.patterns.some((pattern) => pattern.every((one, i) => one === undefined || one === octets[i]));
}

function parseOctets(text: string): Octets | undefined {
  if (!text.includes('*') || !isIPv4(text.replaceAll('*', '0'))) return undefined;
  const parts = text.split('.');
  if (parts.some((part) => part.includes('*') && part !== '*')) return undefined;
  return parts.map((part) => (part === '*' ? undefined : Number(part)));
}
