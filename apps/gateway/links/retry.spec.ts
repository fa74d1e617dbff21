import { expect, it } from 'vitest';
import { linkHash, newCode } from '#libs/token';
import { call } from '../testing/clients.js';
import { json } from '../testing/fake-api.js';
import { asAda, failure, statusOf } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();

it('a link that the operator has not looked at yet may be tried again', async () => {
  const code = newCode();
  cluster.api.objects.create('gatetokens', {
    metadata: { name: 'new' },
    spec: { vm: 'demo', 'link-hash': linkHash(code) },
  });
  const headers = { 'content-type': 'application/json' };
  const reply = await call(gateway.port, '/l', { method: 'POST', headers, body: JSON.stringify({ code }) });
  expect(statusOf(reply).code).toBe(425);
  expect(statusOf(reply).message).toContain('Try again in a moment');
  expect(reply.headers['retry-after']).toBe('2');
});

it('REST passes on Retry-After of the API server', async () => {
  cluster.api.answer = (_req, res) => {
    res.setHeader('retry-after', '7');
    json(res, failure(429, 'Too many requests, please try again later.', 'TooManyRequests'), 429);
    return true;
  };
  const reply = await asAda(gateway.port, 'GET', '/namespaces/ns/gatetokens');
  cluster.api.answer = () => false;
  expect([reply.status, reply.headers['retry-after']]).toEqual([429, '7']);
});
