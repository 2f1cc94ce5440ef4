/** The part of `proxy-addr` that is used; the package comes without types. */
declare module 'proxy-addr' {
  import type { IncomingMessage } from 'node:http';

  type Trust = (address: string, hop: number) => boolean;

  /** The first address, from the socket outwards, that is not trusted; the outermost one when all are. */
  function proxyAddress(message: IncomingMessage, trust: Trust): string;

  namespace proxyAddress {
    /** @throws TypeError for what is no address or network */
    function compile(networks: readonly string[]): Trust;
  }

  export = proxyAddress;
}
