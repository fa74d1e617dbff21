import { describe, expect, it } from 'vitest';
import { type GateServer, type GateServerSpec } from '#libs/api';
import { type KubeObject, types } from '#libs/kube';
import { FakeCluster } from '../testing/fake-cluster.js';
import { fixedKeys } from '../testing/fixed-keys.js';
import { serverReconciler } from '../testing/reconcile.js';
import { type ClassState } from './discovery.js';

const factory = fixedKeys('gs.example.com');

interface Given {
  spec?: Partial<GateServerSpec>;
  /** Container statuses and conditions of the pods, newest last. */
  pods?: object[];
  ready?: number;
  deployment?: object;
  /** Someone paused the Deployment. */
  paused?: boolean;
  service?: object;
  secret?: Record<string, string>;
  groups?: string[];
  ingressClass?: ClassState;
}

const GROUPS = ['kubevirt.io', 'cert-manager.io'];

/** Reconciles a GateServer, lets the cluster get so far, and reconciles it again. */
async function reconciled(given: Given) {
  const { spec = {}, pods = [], ready = 0, deployment, paused, service, secret, groups = GROUPS } = given;
  const { ingressClass = 'exists' } = given;
  const cluster = new FakeCluster();
  const events: string[] = [];
  const record = (event: string) => events.push(event);
  const reconcile = () => serverReconciler(cluster, { factory, groups, ingressClass, record }).reconcile('n/gs');
  const server = {
    metadata: { name: 'gs', namespace: 'n', uid: 'u', generation: 1 },
    spec: { route: 'gs.example.com', ...spec },
  };
  cluster.put(types.gateServers, server);
  if (secret) cluster.put(types.secrets, { metadata: { name: 'mine', namespace: 'n' }, data: secret } as KubeObject);
  await reconcile();
  const status = { readyReplicas: ready, updatedReplicas: ready, ...deployment };
  const made = cluster.take(types.deployments, 'gs');
  const held = { ...(made?.['spec'] as object), ...(paused && { paused }) };
  cluster.put(types.deployments, { ...made, spec: held, status } as KubeObject);
  cluster.put(types.services, { ...cluster.take(types.services, 'gs'), status: service } as KubeObject);
  const labels = { 'app.kubernetes.io/instance': 'gs' };
  for (const [index, one] of pods.entries()) {
    const metadata = { name: `gs-${index}`, namespace: 'n', labels, creationTimestamp: `2030-01-01T00:00:0${index}Z` };
    cluster.put(types.pods, { metadata, status: one } as unknown as KubeObject);
  }
  await reconcile();
  const found = cluster.take(types.gateServers, 'gs') as unknown as GateServer;
  const condition = (type: string) => found.status?.conditions?.find((one) => one.type === type);
  return { phase: found.status?.phase, ready: condition('Ready'), condition, events };
}

const containers = (status: object) => ({
  containerStatuses: [{ name: 'gateway', image: 'gateway:1', ready: false, ...status }],
});
const waiting = (reason: string, message?: string) => containers({ state: { waiting: { reason, message } } });
const RUNS = containers({ ready: true, state: { running: {} } });

describe('Ready is False, and says the cause and what to do, with', () => {
  it.each<[string, Given, string, RegExp]>([
    [
      'an image that cannot be pulled',
      { pods: [waiting('ErrImagePull', 'not found')] },
      'ImageNotPulled',
      /^0 of 2 gateways are ready\. Pod gs-0 cannot pull the image gateway:1: not found\. Check GATEWAY_IMAGE of the operator/,
    ],
    [
      'an image of the spec that cannot be pulled',
      { spec: { img: 'x/y:1' }, pods: [waiting('ImagePullBackOff')] },
      'ImageNotPulled',
      /: ImagePullBackOff\. Check spec\.img/,
    ],
    [
      'an image whose name is none',
      { pods: [waiting('InvalidImageName', "couldn't parse\n image")] },
      'ImageNotPulled',
      /couldn't parse image\./,
    ],
    [
      'a container that cannot be made',
      { pods: [waiting('CreateContainerConfigError', 'secret "x" not found')] },
      'ContainerNotStarted',
      /secret "x" not found\. See "kubectl describe pod gs-0 -n n"/,
    ],
    [
      'a gateway that crashes',
      {
        pods: [
          containers({
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { exitCode: 1, reason: 'Error' } },
          }),
        ],
      },
      'PodCrashes',
      /container gateway ended with exit code 1: Error\. To see its log, run "kubectl logs gs-0 -n n -c gateway --previous"\.$/,
    ],
    [
      'one that ran out of memory and runs again',
      {
        pods: [
          containers({ state: { running: {} }, lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }),
        ],
      },
      'PodCrashes',
      /exit code 137: OOMKilled\./,
    ],
    [
      'one that has just ended',
      { pods: [containers({ state: { terminated: { exitCode: 2 } } })] },
      'PodCrashes',
      /exit code 2\. .*-c gateway"\.$/,
    ],
    [
      'a pod without a node',
      { pods: [{ conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes: cpu' }] }] },
      'PodNotScheduled',
      /No node can run pod gs-0: 0\/1 nodes: cpu\. Free up resources/,
    ],
    [
      'a pod that was evicted',
      { pods: [{ phase: 'Failed', reason: 'Evicted' }] },
      'PodFailed',
      /Pod gs-0 failed: Evicted\./,
    ],
    [
      'pods that a quota refuses',
      { deployment: { conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' }] } },
      'PodsNotCreated',
      /refuses to create the gateway's pods: exceeded quota\./,
    ],
    [
      'KubeVirt not installed',
      { groups: [], pods: [containers({ state: { running: {} } })] },
      'KubeVirtMissing',
      /KubeVirt is not installed .*: install KubeVirt\.$/,
    ],
    [
      'a new image that cannot be pulled behind gateways that run',
      {
        ready: 2,
        deployment: { updatedReplicas: 1 },
        pods: [{ ...RUNS, conditions: [{ type: 'Ready', status: 'True' }] }, waiting('ErrImagePull')],
      },
      'ImageNotPulled',
      /^2 of 2 gateways are ready\. They are being replaced by gateways with the current spec\. Pod gs-1/,
    ],
    [
      'a new image that cannot be pulled behind the only gateway',
      {
        spec: { replicas: 1 },
        ready: 1,
        deployment: { replicas: 2 },
        pods: [{ ...RUNS, conditions: [{ type: 'Ready', status: 'True' }] }, waiting('ErrImagePull')],
      },
      'ImageNotPulled',
      /^1 of 1 gateways are ready\. They are being replaced by gateways with the current spec\. Pod gs-1/,
    ],
    [
      'the last gateway of a rolling update that crashes',
      {
        ready: 2,
        deployment: { replicas: 3 },
        pods: [containers({ state: { terminated: { exitCode: 9 } } })],
      },
      'PodCrashes',
      /^2 of 2 gateways are ready\. They are being replaced .*exit code 9\./,
    ],
    [
      'a change that waits for a Deployment that is paused',
      { ready: 2, deployment: { updatedReplicas: 0 }, paused: true },
      'DeploymentPaused',
      /^2 of 2 gateways are ready\. They are being replaced .* Deployment gs is paused: changes do not reach its gateways\. To resume it, run "kubectl rollout resume deployment\/gs -n n"\.$/,
    ],
    [
      'a Deployment that was paused before its first gateway ran',
      { paused: true },
      'DeploymentPaused',
      /^0 of 2 gateways are ready\. Deployment gs is paused/,
    ],
    [
      'a Secret for TLS that is missing',
      { ready: 2, spec: { tls: { 'secret-name': 'theirs' } } },
      'CertificateMissing',
      /Secret theirs does not exist\. Create it with "kubectl create secret tls theirs --cert=FILE --key=FILE -n n"/,
    ],
    [
      'one without a key',
      { ready: 2, spec: { tls: { 'secret-name': 'mine' } }, secret: { 'tls.crt': 'eA==' } },
      'CertificateMissing',
      /Secret mine has no tls\.key\. Delete it and create it with "kubectl create secret tls mine .* -n n"/,
    ],
    [
      'one without anything',
      { ready: 2, spec: { tls: { 'secret-name': 'mine' } }, secret: {} },
      'CertificateMissing',
      /Secret mine has no tls\.crt and no tls\.key\. Delete it/,
    ],
    [
      'an issuer without cert-manager',
      { ready: 2, groups: ['kubevirt.io'], spec: { tls: { 'issuer-ref': { name: 'ca' } } } },
      'CertManagerMissing',
      /cert-manager is not installed .* use spec\.tls\.secret-name\.$/,
    ],
    [
      'an issuer that has issued nothing',
      { ready: 2, spec: { tls: { 'issuer-ref': { name: 'ca' } } } },
      'CertificateMissing',
      /from ca into Secret gs-tls yet/,
    ],
    [
      'an IngressClass that does not exist',
      { ready: 2, spec: { 'ingress-class': 'nope' }, ingressClass: 'missing' },
      'IngressClassMissing',
      /^spec\.ingress-class: this cluster has no IngressClass nope, .* Use one that "kubectl get ingressclasses" lists, or ask/,
    ],
    [
      'a Route',
      { ready: 2, spec: { expose: 'route' } },
      'NotSupported',
      /does not create a Route: use ingress, or create the Route yourself and set none\./,
    ],
    [
      'an HTTPRoute',
      { ready: 2, spec: { expose: 'httproute', 'gateway-ref': { name: 'g' } } },
      'NotSupported',
      /does not create an HTTPRoute/,
    ],
    [
      'a load balancer that has no address',
      { ready: 2, spec: { expose: 'loadbalancer' } },
      'NoLoadBalancer',
      /Service gs has no external address yet/,
    ],
    [
      'OpenID Connect',
      {
        ready: 2,
        spec: { oidc: { 'issuer-url': 'https://x.y', 'client-id': 'c', 'client-secret-ref': { name: 's' } } },
      },
      'NotYet',
      /^Not in effect in this release: spec\.oidc\. Remove it\./,
    ],
    [
      'no replicas',
      { spec: { replicas: 0 } },
      'NoReplicas',
      /^0 of 0 gateways are ready\. To run some, set spec\.replicas/,
    ],
  ])('%s', async (_what, given, reason, message) => {
    const { phase, ready, events } = await reconciled(given);
    expect(ready).toMatchObject({ status: 'False', reason });
    expect(ready?.message).toMatch(message);
    expect(phase).toBe('Progressing');
    expect(events).toContain(`Warning ${reason}`);
  });
});

describe('Ready is True with', () => {
  it.each<[string, Given]>([
    [
      'a load balancer',
      { spec: { expose: 'loadbalancer' }, service: { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } } },
    ],
    ['TLS that nothing uses', { spec: { expose: 'none', tls: { 'secret-name': 'theirs' } } }],
    ['no KubeVirt any more', { groups: [] }],
    ['an IngressClass that exists', { spec: { 'ingress-class': 'nginx' } }],
    ['an IngressClass of which nothing is known', { spec: { 'ingress-class': 'x' }, ingressClass: 'unknown' }],
    ['no IngressClass', { ingressClass: 'missing' }],
    [
      'an IngressClass that nothing uses',
      { spec: { 'ingress-class': 'nope', expose: 'none' }, ingressClass: 'missing' },
    ],
    [
      'a gateway that crashed once',
      {
        pods: [
          {
            ...containers({ ready: true, state: { running: {} }, lastState: { terminated: { exitCode: 1 } } }),
            conditions: [{ type: 'Ready', status: 'True' }],
          },
        ],
      },
    ],
  ])('%s', async (_what, given) => {
    const { phase, ready } = await reconciled({ ready: 2, ...given });
    expect(ready).toMatchObject({ status: 'True', reason: 'Ready' });
    expect(phase).toBe('Ready');
  });
});

it('names the fields that need an Ingress, and what to do', async () => {
  const { condition } = await reconciled({ spec: { expose: 'none', tls: {}, 'ingress-class': 'nginx' } });
  expect(condition('FieldsInEffect')?.message).toMatch(
    /^Not in effect without an Ingress: spec\.tls, spec\.ingress-class\. Remove them, or set spec\.expose to ingress\./,
  );
});

it('is Ready, and says so, with a Deployment that is paused while nothing waits for it', async () => {
  const { ready } = await reconciled({ ready: 2, paused: true });
  expect(ready).toMatchObject({ status: 'True', reason: 'Ready' });
  expect(ready?.message).toMatch(/^2 of 2 gateways are ready\. Deployment gs is paused: .*deployment\/gs -n n"\.$/);
});

it('says nothing of a pod that does not run yet', async () => {
  const { ready } = await reconciled({ ready: 1, pods: [waiting('ContainerCreating')] });
  expect(ready).toMatchObject({ reason: 'NotAllReady', message: '1 of 2 gateways are ready.' });
});

it('gateways on their way are just not ready, and no Warning is written', async () => {
  const { ready, events } = await reconciled({
    ready: 1,
    pods: [waiting('ContainerCreating'), containers({ state: { running: {} } })],
  });
  expect(ready).toMatchObject({
    reason: 'NotAllReady',
    message:
      '1 of 2 gateways are ready. Pod gs-1 is running but not ready yet. If this persists, run "kubectl logs gs-1 -n n" to see why.',
  });
  expect(events.filter((event) => event.startsWith('Warning'))).toEqual([]);
});

it('is Ready without gateways where neither a gateway nor a way to one is wanted', async () => {
  const { phase, ready } = await reconciled({ spec: { replicas: 0, expose: 'none' } });
  expect([phase, ready?.status]).toEqual(['Ready', 'True']);
});
