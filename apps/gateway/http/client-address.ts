import { type IncomingMessage } from 'node:http';
import { isIP, isIPv6, type Socket } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import proxyAddr from 'proxy-addr';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';

/**
 * The addresses of clients. Each trusted proxy in front appends the address that it saw to `X-Forwarded-For`; the client
 * may have forged everything to the left of those entries (security.md row 20).
 */
@Injectable()
export class ClientAddresses {
  constructor(@Inject(GATEWAY_CONFIG) private readonly config: Pick<GatewayConfig, 'trustedHops'>) {}

  /** @returns the address of the client that made this request */
  of({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string {
    const remoteAddress = socket.remoteAddress ?? '';
    const forwardedFor = headers['x-forwarded-for'];
    if (forwardedFor === undefined || this.config.trustedHops === 0) return plain(remoteAddress);
    const list = { 'x-forwarded-for': [forwardedFor].flat().join(',') };
    const request = { socket: { remoteAddress }, headers: list } as unknown as IncomingMessage;
    const address = plain(proxyAddr(request, (_address, hop) => hop < this.config.trustedHops));
    return isIP(address) === 0 ? plain(remoteAddress) : address;
  }
}

/** A socket whose client has left knows the address only if it was asked for it before; the audit log asks later. */
export function rememberAddress(socket: Socket): void {
  void socket.remoteAddress;
}

/** An IPv4-mapped IPv6 address is shown as IPv4. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/^\[(.*)\]$/, '$1');
}

/** An IPv6 client usually has the whole /64 around its address (RFC 6177). */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%', 1)[0]?.toLowerCase().split('::') ?? [];
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(missing).fill('0'), ...right].slice(0, 4);
  return groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':');
}
