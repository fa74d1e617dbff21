import { expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.js';

const IN_CLUSTER = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443', GATEWAY_IMAGE: 'g:1' };

it('reads the environment of a pod', () => {
  expect(readConfig({ ...IN_CLUSTER, POD_NAMESPACE: 'ns', POD_NAME: 'p', LISTEN: '[::1]:80' })).toMatchObject({
    listen: { host: '::1', port: 80 },
    metricsListen: { host: '0.0.0.0', port: 9090 },
    upstream: { kind: 'in-cluster', host: '10.0.0.1', port: '443' },
    namespace: 'ns',
    identity: 'p',
    logLevel: 'info',
  });
});

it('runs outside of a cluster from a kubeconfig', () => {
  expect(readConfig({ KUBECONFIG: '/k', GATEWAY_IMAGE: 'g:1' }).upstream).toEqual({ kind: 'kubeconfig', file: '/k' });
});

it('lists every bad name at once', () => {
  const read = () => readConfig({ LISTEN: 'nowhere', METRICS_LISTEN: ':x', LOG_LEVEL: 'loud', POD_NAMESPACE: 'A b' });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(
    /LISTEN[^]*METRICS_LISTEN[^]*KUBERNETES_SERVICE_HOST[^]*POD_NAMESPACE[^]*GATEWAY_IMAGE[^]*LOG_LEVEL/,
  );
});
