import { isIP } from 'node:net';

/**
 * The address of the client. Each trusted proxy in front has appended the address that it saw; everything left of what
 * they wrote is the client's own invention (security.md row 20).
 * @param remote address of the peer of the socket
 * @param forwardedFor the `X-Forwarded-For` header
 * @param trustedHops how many of its entries are believed, from the right
 */
export function clientAddress(
  remote: string | undefined,
  forwardedFor: string | string[] | undefined,
  trustedHops: number,
): string {
  const peer = plain(remote ?? '');
  const entries = [forwardedFor ?? []]
    .flat()
    .join(',')
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
  const believed = entries.slice(Math.max(0, entries.length - trustedHops), entries.length);
  const first = trustedHops > 0 ? plain(believed[0] ?? '') : '';
  return isIP(first) === 0 ? peer : first;
}

/** An IPv4 address in IPv6's clothes is shown as what it is. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/^\[(.*)\]$/, '$1');
}
