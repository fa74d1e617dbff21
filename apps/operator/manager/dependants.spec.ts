import { describe, expect, it } from 'vitest';
import { SIGNING_KEY } from '#libs/api';
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
  list(namespace?: string): KubeObject[] {
    if (namespace === undefined) throw new Error('one change is no reason to look at all objects of a kind');
    return this.objects.filter(({ metadata }) => metadata.namespace === namespace);
  }
  index = (entriesOf: (object: KubeObject) => readonly string[]) => (entry: string) =>
    this.objects.filter((object) => entriesOf(object).includes(entry));
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
    'ingresses',
    'virtualMachines',
    'virtualMachineInstances',
  ] as const;
  const watches = Object.fromEntries(own.map((name) => [name, new FakeWatch()]));
  const owned = new Map<ResourceType, FakeWatch>(OWNED.map((type) => [type, new FakeWatch()]));
  const [servers, tokens] = [new Set<string>(), new Set<string>()];
  const queue = (keys: Set<string>) => ({ add: (key: string) => keys.add(key) });
  const queues = { servers: queue(servers), tokens: queue(tokens), sessions: { add: () => undefined } };
  enqueueDependants({ ...watches, owned } as unknown as Watches, queues);
  return { ...(watches as Record<(typeof own)[number], FakeWatch>), owned, servers, tokens };
}

it('looks again when an object is taken from its owner (security row 16)', () => {
  const { owned, servers } = watched();
  const ownerReferences = [{ apiVersion: 'v1', kind: 'GateServer', name: 'gs', uid: 'u', controller: true }];
  const metadata = { name: 'gs-jwks', namespace: 'n' };
  owned.get(types.configMaps)?.put({ metadata }, { metadata: { ...metadata, ownerReferences } });
  expect([...servers]).toEqual(['n/gs']);
});

it('looks again at the tokens for a VM that comes or goes, and for a Secret that they name', () => {
  const { gateTokens, secrets, tokens, virtualMachines } = watched();
  const token = (name: string, spec: object) => ({ metadata: { name, namespace: 'n' }, spec }) as KubeObject;
  gateTokens.objects = [token('a', { vm: 'vm1' }), token('b', { vm: 'vm2', 'secret-name': 'mine' })];
  const vm = { metadata: { name: 'vm1', namespace: 'n' } };
  virtualMachines.put(vm);
  expect([...tokens]).toEqual(['n/a']);
  virtualMachines.put(vm, vm);
  virtualMachines.delete({ metadata: { name: 'vm1', namespace: 'other' } });
  secrets.put({ metadata: { name: 'mine', namespace: 'other' } });
  expect([...tokens]).toEqual(['n/a']);
  secrets.put({ metadata: { name: 'mine', namespace: 'n' } });
  expect([...tokens]).toEqual(['n/a', 'n/b']);
});

it('looks again at tokens when the keys of their gateway change', () => {
  const { gateTokens, owned, tokens } = watched();
  gateTokens.objects = ['n', 'other'].map((namespace) => ({ metadata: { name: 't', namespace } }));
  owned.get(types.configMaps)?.put({ metadata: { name: 'gs-jwks', namespace: 'n' } });
  expect([...tokens]).toEqual(['n/t']);
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

it('looks again at who has a host name that an Ingress takes, changes or gives back', () => {
  const { gateServers, ingresses, servers } = watched();
  const server = (name: string) =>
    ({ metadata: { name, namespace: 'n', uid: name }, spec: { route: `${name}.example.com` } }) as KubeObject;
  gateServers.objects = [server('a'), server('b')];
  const takes = (...hosts: string[]) => ({ metadata: { name: 'web', namespace: 'other' }, hosts }) as KubeObject;
  for (const happens of [
    () => ingresses.put(takes('a.example.com')),
    () => ingresses.put(takes(), takes('a.example.com')),
    () => ingresses.delete(takes('a.example.com')),
  ]) {
    happens();
    expect([...servers]).toEqual(['n/a']);
    servers.clear();
  }
  ingresses.put(takes(), takes());
  expect([...servers]).toEqual([]);
});

it('looks again at the tokens of the namespace when the key that approves them changes', () => {
  const { gateServers, gateTokens, owned, tokens } = watched();
  const object = (name: string, namespace = 'n') => ({ metadata: { name, namespace }, spec: {} }) as KubeObject;
  gateServers.objects = [object('gs')];
  gateTokens.objects = [object('t'), object('t', 'other')];
  owned.get(types.secrets)?.put(object('gs-tls'));
  expect([...tokens]).toEqual([]);
  owned.get(types.secrets)?.put(object('gs-session'));
  expect([...tokens]).toEqual(['n/t']);
});

describe('looks again at gateways and tokens of the namespace', () => {
  const metadata = { name: 'any', namespace: 'n', annotations: { [SIGNING_KEY]: 'true' } };
  const cases: [string, (watches: ReturnType<typeof watched>) => FakeWatch | undefined][] = [
    ["the operator's own", ({ owned }) => owned.get(types.secrets)],
    ['one that people marked', ({ secrets }) => secrets],
  ];
  it.each(cases)('when a signing key changes, loses its mark or is deleted: %s', (_name, watchOf) => {
    const seen = watched();
    const { gateServers, gateTokens, servers, tokens } = seen;
    const token = (name: string, namespace: string) => ({ metadata: { name, namespace }, spec: {} }) as KubeObject;
    gateTokens.objects = [token('t', 'n'), token('t', 'other')];
    gateServers.objects = [{ metadata: { name: 'gs', namespace: 'n' }, spec: {} } as KubeObject];
    const watch = watchOf(seen);
    for (const happens of [
      () => watch?.put({ metadata }, { metadata }),
      () => watch?.put({ metadata: { ...metadata, annotations: {} } }, { metadata }),
      () => watch?.delete({ metadata }),
    ]) {
      happens();
      expect([[...servers], [...tokens]]).toEqual([['n/gs'], ['n/t']]);
      servers.clear();
      tokens.clear();
    }
  });
});
