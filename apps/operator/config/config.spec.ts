import { expect, it } from 'vitest';
import { EnvironmentError } from '#libs/ops';
import { readConfig } from './config.js';

const IN_CLUSTER = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443', GATEWAY_IMAGE: 'g:1' };

it('reads the environment of a pod', () => {
  const config = readConfig({ ...IN_CLUSTER, POD_NAMESPACE: 'ns', POD_NAME: 'p', LISTEN: '[::1]:80', LOG_LEVEL: ' ' });
  expect(config).toMatchObject({
    listen: { host: '::1', port: 80 },
    metricsListen: { host: '0.0.0.0', port: 9090 },
    upstream: { kind: 'in-cluster', host: '10.0.0.1', port: '443' },
    namespace: 'ns',
    identity: 'p',
    webAppHosts: [],
    logLevel: 'info',
  });
  expect(Object.isFrozen(config)).toBe(true);
});

it('runs outside a cluster from a kubeconfig', () => {
  expect(readConfig({ KUBECONFIG: '/k', GATEWAY_IMAGE: 'g:1' }).upstream).toEqual({ kind: 'kubeconfig', file: '/k' });
});

it('reads the hosts of web applications', () => {
  const { webAppHosts } = readConfig({ ...IN_CLUSTER, WEB_APP_HOSTS: 'a.example.com, *.b.example.com' });
  expect(webAppHosts).toEqual(['a.example.com', '*.b.example.com']);
  expect(readConfig(IN_CLUSTER).webAppHosts).toEqual([]);
});

it('serves the webhook only behind a Service', () => {
  expect(readConfig(IN_CLUSTER).webhook).toBeUndefined();
  const { webhook } = readConfig({ ...IN_CLUSTER, WEBHOOK_SERVICE: 'hook' });
  expect(webhook).toEqual({ service: 'hook', listen: { host: '0.0.0.0', port: 9443 } });
});

it('lists every bad name at once', () => {
  const bad = {
    LISTEN: 'nowhere',
    METRICS_LISTEN: ':x',
    POD_NAMESPACE: 'A b',
    WEB_APP_HOSTS: 'https://x',
    LOG_LEVEL: 'loud',
    WEBHOOK_SERVICE: 'a/b',
    WEBHOOK_LISTEN: 'x',
  };
  let problems: readonly string[] = [];
  try {
    readConfig({ ...bad, KUBERNETES_SERVICE_PORT: 'x' });
  } catch (error) {
    if (error instanceof EnvironmentError) ({ problems } = error);
  }
  expect([...problems].sort()).toEqual([
    'GATEWAY_IMAGE is not set, expected the image of the gateway',
    'KUBERNETES_SERVICE_HOST is not set, expected the host of the API server: Kubernetes sets it in pods; elsewhere set KUBECONFIG',
    'KUBERNETES_SERVICE_PORT is "x", expected a port from 1 to 65535',
    'LISTEN is "nowhere", expected HOST:PORT',
    'LOG_LEVEL is "loud", expected one of trace, debug, info, warn, error, fatal, silent',
    'METRICS_LISTEN is ":x", expected HOST:PORT',
    'POD_NAMESPACE is "A b", expected the name of a namespace',
    'WEBHOOK_LISTEN is "x", expected HOST:PORT',
    'WEBHOOK_SERVICE is "a/b", expected the name of a Service',
    'WEB_APP_HOSTS is "https://x", expected hosts such as app.example.com or *.apps.example.com, separated by commas',
  ]);
});
