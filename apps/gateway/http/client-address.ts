import { type IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyAddr from 'proxy-addr';

/**
 * The address of the client. Each trusted proxy in front has appended the address that it saw; everything left of what
 * those entries may be forged by the client (security.md row 20).
 * @param remote address of the peer of the socket
 * @param forwardedFor the `X-Forwarded-For` header
 * @param trustedHops how many of its entries are believed, from the right
 */
export function clientAddress(
  remote: string | undefined,
  forwardedFor: string | string[] | undefined,
  trustedHops: number,
): string {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': [forwardedFor].flat().join(',') };
  const request = { socket: { remoteAddress: remote ?? '' }, headers } as unknown as IncomingMessage;
  const address = plain(proxyAddr(request, (_address, hop) => hop < trustedHops));
  return isIP(address) === 0 ? plain(remote ?? '') : address;
}

/** An IPv4-mapped IPv6 address is shown as IPv4. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/^\[(.*)\]$/, '$1');
}
