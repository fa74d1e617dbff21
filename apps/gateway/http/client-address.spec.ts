import { type IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { ClientAddresses, networkOf } from './client-address.js';

function clientAddress(
  remoteAddress: string,
  forwardedFor: string | string[] | undefined,
  trustedHops: number,
): string {
  const request = { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwardedFor } };
  return new ClientAddresses({ trustedHops }).of(request as unknown as IncomingMessage);
}

describe('row 20: the address of the client', () => {
  it.each([
    ['no proxy is trusted', '192.0.2.1', '203.0.113.1', 0, '192.0.2.1'],
    ['the proxy saw the client', '10.0.0.1', '203.0.113.66, 192.0.2.7', 1, '192.0.2.7'],
    ['two proxies', '10.0.0.1', '203.0.113.66, 192.0.2.7, 10.0.0.2', 2, '192.0.2.7'],
    ['fewer entries than hops', '10.0.0.1', '192.0.2.7', 3, '192.0.2.7'],
    ['no header', '10.0.0.1', undefined, 1, '10.0.0.1'],
    ['an entry that is not an address', '10.0.0.1', 'unknown', 1, '10.0.0.1'],
    ['an injected line', '10.0.0.1', '192.0.2.7"\n', 1, '10.0.0.1'],
    ['IPv6', '10.0.0.1', '2001:db8::1', 1, '2001:db8::1'],
    ['IPv4 in clothes of IPv6', '::ffff:192.0.2.1', undefined, 0, '192.0.2.1'],
  ])('%s', (_name, remote, header, hops, address) => {
    expect(clientAddress(remote, header, hops)).toBe(address);
  });

  it('several headers count as one list', () => {
    expect(clientAddress('10.0.0.1', ['203.0.113.66', '192.0.2.7'], 1)).toBe('192.0.2.7');
  });
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['2001:DB8:0:0:ffff::', '2001:db8:0:0'],
  ['2001:0db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
  ['unknown', 'unknown'],
])('%s belongs to %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
