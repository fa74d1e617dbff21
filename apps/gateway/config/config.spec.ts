import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type EnvironmentError } from '#libs/ops';
import { readConfig } from './config.js';

const GOOD = {
  KUBERNETES_SERVICE_HOST: '10.0.0.1',
  POD_NAMESPACE: 'ns',
  POD_NAME: 'pod-1',
  GATESERVER: 'gs',
  PUBLIC_URLS: 'https://gate.example.com, http://localhost:8080',
  SESSION_KEY: Buffer.alloc(32, 1).toString('base64'),
};

function problems(change: Record<string, string | undefined>): readonly string[] {
  try {
    readConfig({ ...GOOD, ...change });
    return [];
  } catch (error) {
    return (error as EnvironmentError).problems;
  }
}

describe('readConfig', () => {
  it('needs little and names the rest after the GateServer', () => {
    const config = readConfig(GOOD);
    expect(config.publicUrls.map(({ origin }) => origin)).toEqual([
      'https://gate.example.com',
      'http://localhost:8080',
    ]);
    expect(config).toMatchObject({
      jwksConfigMap: 'gs-jwks',
      guestServiceAccount: 'gs-guest',
      trustedHops: 0,
      idleTimeout: 0,
    });
    expect(config.listen).toEqual({ host: '0.0.0.0', port: 8080 });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('lists every bad name at once', () => {
    const names = [
      'LISTEN',
      'TRUSTED_HOPS',
      'MAX_DURATION',
      'STORE_TOKENS',
      'ACCEPT_UNREGISTERED',
      'LOG_LEVEL',
      'GATESERVER',
      'WEB_APP',
    ];
    const found = problems(Object.fromEntries(names.map((name) => [name, 'N O'])));
    for (const name of names) expect(found.some((line) => line.startsWith(`${name} `))).toBe(true);
  });

  it.each([
    ['SESSION_KEY', 'c2hvcnQ='],
    ['PUBLIC_URLS', 'https://gate.example.com/path'],
    ['PUBLIC_URLS', 'ftp://gate.example.com'],
    ['API_URL', 'http://api.example.com'],
    ['FRAME_ANCESTORS', "https://a.example.com;script-src 'none'"],
    ['LISTEN', ':8080'],
    ['IDLE_TIMEOUT', '1d'],
    ['MAX_CONSOLES', '-1'],
    ['POD_NAMESPACE', undefined],
    ['GATESERVER', 'a..b'],
    ['KUBERNETES_SERVICE_HOST', undefined],
    ['KUBERNETES_SERVICE_PORT', '65536'],
  ])('refuses %s=%s', (name, value) => {
    expect(problems({ [name]: value })).toHaveLength(1);
  });

  it('shows the session key nowhere', () => {
    const config = readConfig(GOOD);
    for (const text of [inspect(config, { depth: 9 }), JSON.stringify(config), String(config.sessionKey)]) {
      expect(text).toContain('[secret]');
      expect(text).not.toContain(GOOD.SESSION_KEY);
    }
    expect(problems({ SESSION_KEY: 'c2hvcnQ=' }).join()).not.toContain('c2hvcnQ');
  });

  it('derives another key for each purpose', () => {
    const { sessionKey } = readConfig(GOOD);
    expect(sessionKey.derive('a')).not.toEqual(sessionKey.derive('b'));
    expect(sessionKey.derive('a')).toHaveLength(32);
  });

  it('says where the API server is missing, among the other problems', () => {
    expect(problems({ KUBERNETES_SERVICE_HOST: undefined, LOG_LEVEL: 'loud' })).toEqual([
      expect.stringMatching(/^LOG_LEVEL is "loud"/),
      'KUBERNETES_SERVICE_HOST is not set, expected the host of the API server: Kubernetes sets it in pods; elsewhere set KUBECONFIG',
    ]);
  });

  it('reaches the API server of a pod by API_URL', () => {
    const { upstream } = readConfig({ ...GOOD, API_URL: 'https://api.example.com' });
    expect(upstream).toMatchObject({
      kind: 'in-cluster',
      host: '10.0.0.1',
      port: '443',
      url: 'https://api.example.com/',
    });
  });

  it('reads a kubeconfig outside a cluster', () => {
    const { upstream } = readConfig({ ...GOOD, KUBERNETES_SERVICE_HOST: undefined, KUBECONFIG: '/tmp/kubeconfig' });
    expect(upstream).toEqual({ kind: 'kubeconfig', file: '/tmp/kubeconfig' });
  });
});
