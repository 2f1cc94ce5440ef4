/**
 * Owns finding out which address a request comes from. `X-Forwarded-For` counts only as far as it was written by proxies the
 * operator trusts: anybody can send one.
 */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyAddress from 'proxy-addr';
import { plainAddress } from '../base/addresses.ts';

export type ClientAddress = (message: IncomingMessage) => string;

/** '' where a trusted proxy says something that is no address: it is nobody's. */
export function clientAddress(trustedProxies: readonly string[]): ClientAddress {
  if (trustedProxies.length === 0) return socketAddress;
  const trust = proxyAddress.compile(trustedProxies);
  return (message) => {
    if (message.headers['x-forwarded-for'] === undefined) return socketAddress(message);
    const address = plainAddress(proxyAddress(message, trust));
    return isIP(address) === 0 ? '' : address;
  };
}

function socketAddress(message: IncomingMessage): string {
  return plainAddress(message.socket.remoteAddress ?? '');
}
