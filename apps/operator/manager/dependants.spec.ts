import { expect, it } from 'vitest';
import { type KubeObject, type ResourceType, types } from '#libs/kube';
import { enqueueDependants } from './dependants.js';
import { OWNED, type Watches } from '../cluster/watches.js';

type Put = (object: KubeObject, old?: KubeObject) => void;

/** Watches of which tests say what they see. */
class FakeWatch {
  readonly handlers: Put[] = [];
  readonly deleters: Put[] = [];
  objects: KubeObject[] = [];
  on(event: string, handler: Put): this {
    if (event === 'put') this.handlers.push(handler);
    if (event === 'delete') this.deleters.push(handler);
    return this;
  }
  list = () => this.objects;
  put(object: KubeObject, old?: KubeObject): void {
    for (const handler of this.handlers) handler(object, old);
  }
  delete(object: KubeObject): void {
    for (const handler of this.deleters) handler(object);
  }
}

function watched() {
  const own = [
    'gateServers',
    'gateTokens',
    'gateSessions',
    'secrets',
    'pods',
    'virtualMachines',
    'virtualMachineInstances',
  ];
  const watches = Object.fromEntries(own.map((name) => [name, new FakeWatch()]));
  const owned = new Map<ResourceType, FakeWatch>(OWNED.map((type) => [type, new FakeWatch()]));
  const servers = new Set<string>();
  const none = { add: () => undefined };
  const queues = { servers: { add: (key: string) => servers.add(key) }, tokens: none, sessions: none };
  enqueueDependants({ ...watches, owned } as unknown as Watches, queues);
  return { gateServers: watches['gateServers'] as FakeWatch, owned, servers };
}

it('looks again when an object is taken from its owner (security row 16)', () => {
  const { owned, servers } = watched();
  const ownerReferences = [{ apiVersion: 'v1', kind: 'GateServer', name: 'gs', uid: 'u', controller: true }];
  const metadata = { name: 'gs-jwks', namespace: 'n' };
  owned.get(types.configMaps)?.put({ metadata }, { metadata: { ...metadata, ownerReferences } });
  expect([...servers]).toEqual(['n/gs']);
});

it('looks again at who asks for a name when its holder has let go of it (security row 16)', () => {
  const { gateServers, servers } = watched();
  const metadata = { name: 'gs', namespace: 'other', uid: 'a' };
  const spec = { route: 'b.example.com' };
  gateServers.objects = [
    { metadata: { name: 'waits', namespace: 'n', uid: 'b' }, spec: { route: 'a.example.com' } } as KubeObject,
  ];
  const held = { metadata, spec, status: { route: 'a.example.com' } } as KubeObject;
  gateServers.put(held, held);
  expect([...servers]).toEqual(['other/gs']);
  gateServers.put({ metadata, spec, status: { route: 'b.example.com' } } as KubeObject, held);
  expect([...servers]).toContain('n/waits');
});

it('looks again at who shares its names when a GateServer comes, is refused or goes', () => {
  const { gateServers, servers } = watched();
  const one = (name: string, namespace = 'n') =>
    ({
      metadata: { name, namespace, uid: `${namespace}/${name}` },
      spec: { route: `${name}.${namespace}.example.com` },
    }) as KubeObject;
  gateServers.objects = [one('x'), one('x-guest'), one('x-guest', 'other'), one('y')];
  gateServers.put(one('x'));
  expect([...servers].sort()).toEqual(['n/x', 'n/x-guest']);
  servers.clear();
  gateServers.put({ ...one('x-guest'), status: { phase: 'Error' } } as KubeObject, one('x-guest'));
  expect([...servers].sort()).toEqual(['n/x', 'n/x-guest']);
  servers.clear();
  gateServers.delete(one('x'));
  expect([...servers]).toEqual(['n/x-guest']);
});
