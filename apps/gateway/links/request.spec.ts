import { describe, expect, it } from 'vitest';
import { call, type Reply } from '../testing/clients.js';
import { until, VNC } from '../testing/gateway.js';
import { statusOf } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();

const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> =>
  call(gateway.port, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

describe('POST /auth/jwt/request', () => {
  it('401 without a Kubernetes token, 400 without a body, 422 for an invalid grant', async () => {
    const headers = { authorization: 'Bearer k8s' };
    expect((await post('/auth/jwt/request', { URLs: ['/api'] })).status).toBe(401);
    expect((await call(gateway.port, '/auth/jwt/request', { method: 'POST', headers })).status).toBe(400);
    for (const [body, field] of [
      [{}, 'spec.urls'],
      [{ URLs: '/api' }, 'spec.urls'],
      [{ URLs: ['/api', 7] }, 'spec.urls[1]'],
      [{ URLs: Array<number>(501).fill(7) }, 'spec.urls'], // Not a cause for each.
      [{ URLs: ['/api'], duration: 3 }, 'spec.duration'],
      [{ URLs: ['/api'], verbs: 'get' }, 'spec.verbs'],
      [[], 'spec'],
    ] as const) {
      const reply = await post('/auth/jwt/request', body, headers);
      expect(statusOf(reply)).toMatchObject({ code: 422, details: { causes: [{ field }] } });
    }
  });

  it.each(['single-use', 'view-only', 'urls', 'constructor'])('422 for %s, which it would not apply', async (field) => {
    const headers = { authorization: 'Bearer k8s' };
    const before = cluster.api.objects.list('gatetokens').length;
    const reply = await post('/auth/jwt/request', { URLs: ['/api'], [field]: true }, headers);
    expect(statusOf(reply)).toMatchObject({
      code: 422,
      message: `The grant is invalid: ${field}: unknown field. Correct it and send it again.`,
      details: { causes: [{ field, reason: 'FieldValueForbidden' }] },
    });
    expect(cluster.api.objects.list('gatetokens').length).toBe(before);
  });

  it('creates a GateToken as that user and answers when it is Ready', async () => {
    const asked = post(
      '/auth/jwt/request',
      { URLs: [VNC.slice('/k8s'.length)], duration: '10m', verbs: ['GET'] },
      { authorization: 'Bearer user-token' },
    );
    let name = '';
    await until(() => {
      name =
        cluster.api.objects.list('gatetokens').find(({ metadata }) => metadata.generateName === 'gatetoken-')?.metadata
          .name ?? '';
      return name !== '';
    });
    const data = { nbf: 1, exp: 2, from: 'F', until: 'U', duration: '10m', verbs: ['GET'], urls: ['/x'] };
    const status = { phase: 'Ready', token: 'made.by.operator', data };
    const made = cluster.api.objects.update('gatetokens', name, (old) => ({ ...old, status }));
    expect(made.spec?.['secret-name']).toBe('gs-jwt-secret');
    const reply = await asked;
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.body)).toEqual({
      ID: name,
      From: 'F',
      Until: 'U',
      Duration: '10m',
      NBf: 1,
      Exp: 2,
      Verbs: ['GET'],
      URLs: ['/x'],
      Token: 'made.by.operator',
    });
    const created = cluster.api.seen.find(({ method, url }) => method === 'POST' && url.endsWith('/gatetokens'));
    expect(created?.headers.authorization).toBe('Bearer user-token');
  });
});
