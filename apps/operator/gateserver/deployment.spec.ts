import { expect, it } from 'vitest';
import { gateServerDefaults } from '#libs/api';
import { deployment } from './deployment.js';

it('leaves a pod the time to be forgotten, to drain and to end', () => {
  const settings = gateServerDefaults({ route: 'gate.example.com', 'drain-time': '90s' });
  const made = deployment({
    name: 'gs',
    namespace: 'ns',
    settings,
    urls: [],
    image: 'gateway',
    issuerCheck: 'gateway',
    sessionDigest: 'x',
  });
  const { spec } = (made['spec'] as { template: { spec: PodSpec } }).template;
  const seconds = (name: string): number =>
    parseInt(spec.containers[0]?.env.find((one) => one.name === name)?.value ?? '', 10);
  expect(seconds('SHUTDOWN_DELAY')).toBeGreaterThan(0);
  expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(seconds('SHUTDOWN_DELAY') + seconds('DRAIN_TIME'));
});

interface PodSpec {
  terminationGracePeriodSeconds: number;
  containers: { env: { name: string; value?: string }[] }[];
}
