import { expect, it } from 'vitest';
import { upgradeHeaders } from './request-headers.js';

it('row 4: an upgrade takes no length of a body upstream', () => {
  const headers = { 'content-length': '60', 'transfer-encoding': 'chunked', 'sec-websocket-key': 'k' };
  const sent = upgradeHeaders(headers, { token: 't', clientAddress: '127.0.0.1' });
  expect(sent).not.toHaveProperty('content-length');
  expect(sent).not.toHaveProperty('transfer-encoding');
  expect(sent['sec-websocket-key']).toBe('k');
});
