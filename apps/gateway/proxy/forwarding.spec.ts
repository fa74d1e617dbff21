import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type GateToken } from '#libs/api';
import { call, refusedUpgrade, sendRaw, view } from '../testing/clients.js';
import { json } from '../testing/fake-api.js';
import { linesOf, until, VNC } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';

const PODS = '/k8s/api/v1/namespaces/ns/pods';
const { cluster, gateway } = useGateway({ TRUSTED_HOPS: '1' });

afterEach(() => {
  cluster.api.answer = () => false;
});

const bearer = (grant: GateToken): Record<string, string> => ({ authorization: `Bearer ${grant.status?.token ?? ''}` });
const everything = (): Promise<GateToken> =>
  cluster.grant({ urls: ['/api/v1/*', '/apis/*'], verbs: ['get', 'post', 'delete'] });

describe('row 4: the headers of a guest', () => {
  it('are stripped, then set', async () => {
    const headers = {
      ...bearer(await everything()),
      accept: 'application/json',
      'impersonate-user': 'system:admin',
      impersonate_group: 'system:masters',
      'x-remote-user': 'system:admin',
      x_remote_group: 'system:masters',
      'x-forwarded-proto': 'https',
      x_forwarded_for: '198.51.100.1',
      forwarded: 'for=198.51.100.1',
      'x-real-ip': '198.51.100.1',
      referer: 'https://gate.example.com/auth/jwt/set?token=secret',
      cookie: 'kg-jwt-session-code=secret',
      connection: 'x-hop, keep-alive',
      'x-hop': 'of this hop alone',
      te: 'trailers',
      expect: '100-continue',
    };
    await call(gateway.port, PODS, { headers });
    const seen = cluster.api.forwarded.at(-1)?.headers ?? {};
    expect(seen.authorization).toBe('Bearer token-of-gs-guest');
    expect(seen.accept).toBe('application/json');
    expect(JSON.stringify(seen)).not.toMatch(/secret|system:|198\.51|x-hop|trailers|expect|gate\.example/);
  });

  it('row 20: the address of the client is what the trusted proxy saw', async () => {
    const headers = { ...bearer(await everything()), 'x-forwarded-for': '203.0.113.66, 192.0.2.7' };
    await call(gateway.port, PODS, { headers });
    expect(cluster.api.forwarded.at(-1)?.headers['x-forwarded-for']).toBe('192.0.2.7');
  });

  it('the bearer subprotocol of the API server goes no further', async () => {
    const usb = VNC.replace(/vnc$/, 'usbredir');
    const grant = await cluster.grant({ urls: [usb.slice('/k8s'.length)] });
    const smuggled = `base64url.bearer.authorization.k8s.io.${Buffer.from('system-admin').toString('base64url')}`;
    const viewer = await view(gateway.port, usb, bearer(grant), [smuggled, 'plain.kubevirt.io']).catch(
      (error: unknown) => error,
    );
    expect(cluster.api.guests.at(-1)?.request.headers['sec-websocket-protocol']).toBe('plain.kubevirt.io');
    expect(cluster.api.guests.at(-1)?.request.headers.authorization).toBe('Bearer token-of-gs-guest');
    if (typeof viewer === 'object' && viewer !== null && 'socket' in viewer)
      (viewer as { socket: WebSocket }).socket.close();
  });
});

describe('row 1: what is forwarded', () => {
  it('is byte for byte what was matched, the query included', async () => {
    await call(gateway.port, `${PODS}/a%20b%C3%A9?labelSelector=a%3Db%2Cc&x=%2e%2e%2f&x`, {
      headers: bearer(await everything()),
    });
    expect(cluster.api.forwarded.at(-1)?.url).toBe(
      '/api/v1/namespaces/ns/pods/a%20b%C3%A9?labelSelector=a%3Db%2Cc&x=%2e%2e%2f&x',
    );
  });

  it('bodies arrive whole, with a length and in chunks', async () => {
    const grant = await everything();
    const body = JSON.stringify({ metadata: { generateName: 'p-' }, spec: { text: 'x'.repeat(100_000) } });
    expect(
      (
        await call(gateway.port, PODS, {
          method: 'POST',
          headers: { ...bearer(grant), 'content-length': String(body.length) },
          body,
        })
      ).status,
    ).toBe(201);
    expect(cluster.api.forwarded.at(-1)?.body).toBe(body);
    expect(
      (
        await call(gateway.port, PODS, {
          method: 'POST',
          headers: { ...bearer(grant), 'transfer-encoding': 'chunked' },
          body,
        })
      ).status,
    ).toBe(201);
    expect(cluster.api.forwarded.at(-1)?.body).toBe(body);
  });

  it('a body cannot become a second request', async () => {
    const token = (await everything()).status?.token ?? '';
    const smuggled = 'GET /api/v1/namespaces/ns/secrets HTTP/1.1\r\nHost: x\r\n\r\n';
    const chunk = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`;
    const before = cluster.api.forwarded.length;
    await sendRaw(
      gateway.port,
      `GET ${PODS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nTransfer-Encoding: chunked\r\nConnection: close, transfer-encoding\r\n\r\n${chunk}`,
    );
    await call(gateway.port, PODS, { headers: { authorization: `Bearer ${token}` } });
    const urls = cluster.api.forwarded.slice(before).map(({ url }) => url);
    expect(urls.every((url) => url.endsWith('/pods'))).toBe(true);
    expect(urls).toHaveLength(2);
  });
});

describe('row 17: what an answer of the cluster may do', () => {
  it('nothing on this origin', async () => {
    cluster.api.answer = (req, res) => {
      if (!req.url?.includes('/pods')) return false;
      res.writeHead(302, {
        'content-type': 'text/html',
        'set-cookie': 'kg-jwt-session-code=theirs',
        'clear-site-data': '"*"',
        'access-control-allow-origin': '*',
        'access-control-allow-credentials': 'true',
        'content-security-policy': "default-src 'unsafe-inline'",
        'www-authenticate': 'Basic',
        location: 'https://evil.example.com/x',
      });
      res.end('<script>alert(1)</script>');
      return true;
    };
    const { headers, body } = await call(gateway.port, PODS, { headers: bearer(await everything()) });
    expect(body).toContain('script');
    expect(headers['content-security-policy']).toBe("sandbox; default-src 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    for (const name of [
      'set-cookie',
      'clear-site-data',
      'access-control-allow-origin',
      'www-authenticate',
      'location',
    ]) {
      expect(headers[name]).toBeUndefined();
    }
  });

  it.each([
    ['/api/v1/namespaces/ns/services?x=1', '/k8s/api/v1/namespaces/ns/services?x=1'],
    ['//evil.example.com/', undefined],
  ])('a redirect to %s leads to %s', async (from, to) => {
    cluster.api.answer = (req, res) => {
      if (!req.url?.includes('/pods')) return false;
      res.writeHead(307, { location: from }).end();
      return true;
    };
    const { headers } = await call(gateway.port, PODS, { headers: bearer(await everything()) });
    expect(headers.location).toBe(to);
  });
});

describe('row 10: nothing outlives its grant', () => {
  it('a watch ends when the grant is revoked, at the client and at the cluster', async () => {
    const grant = await everything();
    let closed = false;
    const ended = new Promise<void>((resolve, reject) => {
      const req = request(
        { port: gateway.port, path: `${PODS}?watch=true`, headers: bearer(grant), agent: false },
        (res) => {
          res.resume();
          res.on('close', () => resolve());
          cluster.revoke(grant);
        },
      );
      req.on('error', reject);
      req.end();
    });
    cluster.api.answer = (req, res) => {
      if (!req.url?.includes('/pods?watch')) return false;
      res.writeHead(200).flushHeaders();
      res.on('close', () => (closed = true));
      return true;
    };
    await ended;
    await until(() => closed);
  });

  it('an upgrade that is not a console ends when the grant expires and when it is revoked', async () => {
    const usb = VNC.replace(/vnc$/, 'usbredir');
    const exp = Math.floor(Date.now() / 1000) + 2;
    const first = await view(
      gateway.port,
      usb,
      bearer(await cluster.grant({ urls: [usb.slice('/k8s'.length)] }, { exp })),
    );
    await first.receives('RFB');
    expect((await first.ended).code).toBe(1006);
    const grant = await cluster.grant({ urls: [usb.slice('/k8s'.length)] });
    const second = await view(gateway.port, usb, bearer(grant));
    await second.receives('RFB');
    cluster.revoke(grant);
    expect((await second.ended).code).toBe(1006);
  });
});

describe('when the cluster fails', () => {
  it('502 with a Status where it cuts the connection, and the ID of the log line that says why', async () => {
    cluster.api.answer = (req) => {
      if (!req.url?.includes('/pods')) return false;
      req.socket.destroy();
      return true;
    };
    const headers = bearer(await everything());
    const reply = await call(gateway.port, PODS, { headers });
    expect(reply.status).toBe(502);
    expect(JSON.parse(reply.body)).toMatchObject({
      kind: 'Status',
      code: 502,
      message: expect.stringMatching(
        /^The Kubernetes API cannot be reached \(.{36}\)\. Try again in a moment\.$/,
      ) as string,
    });
    expect(linesOf(gateway, reply)).toEqual([expect.stringMatching(/"where":"upstream".*other side closed/)]);
    const page = await call(gateway.port, PODS, { headers: { ...headers, accept: 'text/html' } });
    expect(linesOf(gateway, page)).toHaveLength(1);
  });

  it('502 before an upgrade leads to its log line, too', async () => {
    const usb = VNC.replace(/vnc$/, 'usbredir');
    const headers = bearer(await cluster.grant({ urls: [usb.slice('/k8s'.length)] }));
    cluster.api.answerUpgrade = (_req, socket) => socket.destroy().destroyed;
    const reply = await refusedUpgrade(gateway.port, usb, headers);
    cluster.api.answerUpgrade = () => false;
    expect(reply.status).toBe(502);
    expect(linesOf(gateway, reply)).toHaveLength(1);
  });

  it("the cluster's own refusals pass", async () => {
    cluster.api.answer = (req, res) => {
      if (!req.url?.includes('/pods')) return false;
      json(res, { kind: 'Status', code: 403, message: 'pods is forbidden' }, 403);
      return true;
    };
    const reply = await call(gateway.port, PODS, { headers: bearer(await everything()) });
    expect(reply.status).toBe(403);
    expect(reply.body).toContain('pods is forbidden');
  });

  it('requests a new token when the API server refuses that of the guest account', async () => {
    cluster.api.answer = (req, res) => {
      if (!req.url?.includes('/pods')) return false;
      json(res, { kind: 'Status', code: 401 }, 401);
      return true;
    };
    const asked = (): number => cluster.api.seen.filter(({ url }) => url.endsWith('/gs-guest/token')).length;
    const before = asked();
    const grant = await everything();
    await call(gateway.port, PODS, { headers: bearer(grant) });
    await until(async () => {
      await call(gateway.port, PODS, { headers: bearer(grant) });
      return asked() > before;
    });
  });
});

describe('what is logged', () => {
  it('no token, no code, no cookie', async () => {
    const grant = await everything();
    const token = grant.status?.token ?? '';
    await call(gateway.port, `/auth/jwt/set?token=${token}x&name=demo&namespace=ns`);
    await call(gateway.port, `${PODS}?token=${token}`, { headers: { cookie: `kg-jwt-session-code=${token}` } });
    await call(gateway.port, `/k8s/api/v1/secrets?token=${token}`, { headers: bearer(grant) });
    expect(gateway.log.join('')).toContain('"audit":"refuse"');
    expect(gateway.log.join('')).not.toContain(token.slice(-30));
  });
});
