import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION, type GateServer, type GateSession, type GateToken } from '#libs/api';
import { isKubeError, type KubeObject, types } from '#libs/kube';
import { adminClient } from './support/admin.js';
import { ConsoleSocket } from './support/console-socket.js';
import { until } from './support/until.js';

const admin = adminClient();
const namespace = 'records';
const own = (kind: string, name: string, spec: object) =>
  ({ apiVersion: API_VERSION, kind, metadata: { name, namespace }, spec }) as unknown as KubeObject;

async function sessions(): Promise<GateSession[]> {
  return (await admin.list<GateSession>(types.gateSessions, namespace)).items;
}

beforeAll(async () => {
  await admin.create(types.namespaces, { metadata: { name: namespace } });
});

afterAll(async () => {
  await admin.delete(types.namespaces, namespace);
  const isGone = (error: unknown): boolean => isKubeError(error, 404);
  await until('the namespace is gone', () => admin.get(types.namespaces, namespace).then(() => false, isGone), 60_000);
});

describe('the records of consoles', () => {
  it('of a viewer who opened one again and again: the newest 20 that ended are kept', async () => {
    // Without a GateServer, the operator would end these records itself.
    const server = { route: 'idle.records.localhost', replicas: 0, expose: 'none' };
    await admin.create(types.gateServers, own('GateServer', 'idle', server));
    const spec = { vm: 'demo', kind: 'vnc', 'client-address': '192.0.2.1', pod: 'gate-0', token: 'looping' };
    for (let i = 0; i < 25; i++) {
      await admin.create(types.gateSessions, own('GateSession', `loop-${i}`, spec));
      const status = { phase: 'Ended', ended: new Date(Date.UTC(2030, 0, 1, 0, 0, i)).toISOString() };
      await admin.patch(types.gateSessions, `loop-${i}`, namespace, { status }, 'merge', { subresource: 'status' });
    }
    const left = await until('the oldest are deleted', async () => {
      const names = (await sessions()).map(({ metadata }) => metadata.name);
      return names.length <= 20 ? names : undefined;
    });
    expect(left.sort()).toEqual(Array.from({ length: 20 }, (_, i) => `loop-${i + 5}`).sort());
    for (const name of left) await admin.delete(types.gateSessions, name ?? '', namespace);
    await admin.delete(types.gateServers, 'idle', namespace);
  });

  it('of a GateServer that is deleted end with its pods', async () => {
    const route = 'gate.records.localhost';
    await admin.create(types.gateServers, own('GateServer', 'gate', { route, replicas: 1, expose: 'none' }));
    const template = { spec: { domain: { devices: {} } } };
    const vm = { metadata: { name: 'demo', namespace }, spec: { runStrategy: 'Always', template } };
    await admin.create(types.virtualMachines, vm);
    await admin.create(types.gateTokens, own('GateToken', 'guest', { vm: 'demo', duration: '10m' }));
    const jwt = await until(
      'the token and the gateway are ready',
      async () => {
        const server = await admin.get<GateServer>(types.gateServers, 'gate', namespace);
        const token = await admin.get<GateToken>(types.gateTokens, 'guest', namespace);
        return server.status?.phase === 'Ready' && token.status?.token;
      },
      60_000,
    );
    const path = `/k8s/apis/subresources.kubevirt.io/v1/namespaces/${namespace}/virtualmachineinstances/demo/console`;
    const gateway = await gatewayOf('gate');
    const viewer = await until(
      'the machine runs',
      async () => {
        const socket = await ConsoleSocket.open(path, { authorization: `Bearer ${jwt}` }, undefined, gateway);
        const ended = await Promise.race([socket.closed.then(() => true), isRecorded().then(() => false)]);
        return ended ? undefined : socket;
      },
      60_000,
    );
    await admin.delete(types.gateServers, 'gate', namespace);
    const deleted = performance.now();
    await viewer.closed;
    const closed = performance.now();
    await until(
      'its record has ended',
      async () => (await sessions()).every(({ status }) => status?.phase === 'Ended'),
      60_000,
    );
    console.log(`closed ${Math.round(closed - deleted)} ms, ended ${Math.round(performance.now() - deleted)} ms after`);
    expect(performance.now() - closed).toBeLessThan(20_000);
  }, 200_000);
});

/** Resolves when an open console is on record. */
async function isRecorded(): Promise<void> {
  await until('there is a record', async () => (await sessions()).some(({ status }) => status?.phase === 'Active'));
}

/** Where the one pod of a GateServer's gateway listens. */
async function gatewayOf(name: string): Promise<string> {
  const { items } = await admin.list<KubeObject>(types.pods, namespace, {
    labelSelector: `app.kubernetes.io/instance=${name}`,
  });
  const ports = JSON.parse(items[0]?.metadata.annotations?.['node.devcluster.io/ports'] ?? '{}') as Record<
    string,
    number
  >;
  return `http://127.0.0.1:${ports['8080']}`;
}
