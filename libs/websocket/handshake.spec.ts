import { describe, expect, it } from 'vitest';
import { acceptance, ClientHandshake, HandshakeError, readRequest } from './index.js';

const key = 'dGhlIHNhbXBsZSBub25jZQ==';
const request = { 'sec-websocket-key': key, 'sec-websocket-version': '13' };

describe('the request for a WebSocket', () => {
  it('is answered as RFC 6455 says in section 1.3', () => {
    const asked = readRequest({ ...request, 'sec-websocket-protocol': 'chat, superchat' });
    expect(asked.protocols).toEqual(['chat', 'superchat']);
    const answer = acceptance(asked, 'chat');
    expect(answer).toContain('\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 101 .*\r\nSec-WebSocket-Protocol: chat\r\n\r\n$/s);
    expect(acceptance(readRequest(request), undefined)).not.toContain('Sec-WebSocket-Protocol');
    expect(answer).not.toContain('Extensions');
  });

  it.each([
    ['no key', { 'sec-websocket-key': undefined }],
    ['a key of another length', { 'sec-websocket-key': 'dGhl' }],
    ['another version', { 'sec-websocket-version': '7' }],
    ['no version', { 'sec-websocket-version': undefined }],
    ['a subprotocol that is no token', { 'sec-websocket-protocol': 'a b' }],
    ['an empty subprotocol', { 'sec-websocket-protocol': 'a,,b' }],
    ['one twice', { 'sec-websocket-protocol': 'a, a' }],
  ])('is refused with %s', (_, headers) => {
    expect(() => readRequest({ ...request, ...headers })).toThrow(HandshakeError);
  });
});

describe('the answer to one', () => {
  const handshake = new ClientHandshake('plain.kubevirt.io');
  const { protocols, ...asked } = readRequest(handshake.headers);
  const answer = Object.fromEntries(
    acceptance({ protocols, ...asked }, protocols[0])
      .split('\r\n')
      .flatMap((line) => (/^(.*): (.*)$/.exec(line) ?? []).slice(1).map((part) => part))
      .flatMap((part, index, all) => (index % 2 === 0 ? [[part.toLowerCase(), all[index + 1]]] : [])),
  ) as Record<string, string>;

  it('is taken', () => expect(() => handshake.check(answer)).not.toThrow());

  it.each([
    ['another key', { 'sec-websocket-accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' }],
    ['another protocol than WebSocket', { upgrade: 'h2c' }],
    ['an extension', { 'sec-websocket-extensions': 'permessage-deflate' }],
    ['another subprotocol', { 'sec-websocket-protocol': 'binary' }],
    ['no subprotocol', { 'sec-websocket-protocol': undefined }],
  ])('is refused with %s', (_, headers) => {
    expect(() => handshake.check({ ...answer, ...headers })).toThrow(HandshakeError);
  });
});
