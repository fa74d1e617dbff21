import { type V1ResourceRule } from '@kubernetes/client-node';
import { type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { json } from '../testing/fake-api.js';
import { until } from '../testing/gateway.js';
import { EVERYTHING, events, failure, serveUsers, signedIn } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const EVENTS = '/api/v1/namespaces/ns/events';
const ada = { authorization: 'Bearer ada' };
const { cluster, gateway } = useGateway();

afterEach(() => {
  cluster.api.answer = () => false;
});

/** The watches of users that the API server was asked for so far. */
const watched = (token = 'ada'): string[] =>
  cluster.api.seen
    .filter(({ headers, url }) => headers.authorization === `Bearer ${token}` && url.includes('watch=true'))
    .map(({ url }) => /\/([a-z]+)\?/.exec(url)?.[1] ?? '');

/** The first change that a stream told of. */
const firstOf = (received: string): unknown => JSON.parse(/^data: (.*)$/m.exec(received)?.[1] ?? 'null');

const VM_KINDS = ['virtualmachines', 'virtualmachineinstances', 'gatesessions'];
const KINDS = [...VM_KINDS, 'gatetokens'];
/** Rules with these verbs for each kind, all where none are given. */
const rulesOf = (verbs: Record<string, string[]>): V1ResourceRule[] =>
  KINDS.map((kind) => ({ verbs: verbs[kind] ?? ['*'], apiGroups: ['*'], resources: [kind] }));
const lacksOf = (verb: string, ...kinds: string[]): object[] => kinds.map((resource) => ({ verb, resource }));

/** The change that tells of this object. */
function isPut(value: unknown, name: string | undefined): boolean {
  const { type, object } = (value ?? {}) as { type?: unknown; object?: { name?: unknown } };
  return type === 'put' && object?.name === name;
}

describe('a user whom the cluster does not accept', () => {
  it('401, 403 before a stream begins', async () => {
    serveUsers(cluster);
    expect((await events(gateway.port, EVENTS, {})).status).toBe(401);
    expect((await events(gateway.port, EVENTS, { authorization: 'Bearer ended' })).status).toBe(401);
    serveUsers(cluster, { 'POST /selfsubjectrulesreviews': { code: 403, body: failure(403, 'no') } });
    expect((await events(gateway.port, EVENTS, ada)).status).toBe(403);
  });

  it.each([401, 403])('%i to a watch ends their stream, and the next request is authorized again', async (code) => {
    const bearer = { authorization: `Bearer until-${code}` };
    let watch: ServerResponse | undefined;
    serveUsers(cluster);
    const users = cluster.api.answer;
    cluster.api.answer = (req, res, body) => {
      if (!req.url?.includes('/gatetokens?') || req.headers.authorization !== bearer.authorization)
        return users(req, res, body);
      if (watch !== undefined) json(res, failure(code, 'no more'), code);
      else if (req.url.includes('watch=true')) {
        watch = res.writeHead(200);
        res.flushHeaders();
      } else json(res, { metadata: { resourceVersion: '1' }, items: [] });
      return true;
    };
    const stream = await events(gateway.port, EVENTS, bearer);
    await until(() => watch !== undefined);
    watch?.end(); // As each watch ends after a while, and is asked for again.
    await stream.ended;
    serveUsers(cluster);
    const next = await events(gateway.port, EVENTS, bearer);
    expect(next.status).toBe(200);
    next.close();
  });
});

describe('one stream', () => {
  it('tells of VMs, GateTokens and GateSessions, and of what changes; nothing secret', async () => {
    serveUsers(cluster);
    const stream = await events(gateway.port, EVENTS, { cookie: await signedIn('ada') });
    await until(() => stream.received().includes('"kind":"vm"'));
    const grant = await cluster.grant({ 'link-hash': 'HASH-OF-A-CODE' });
    await cluster.grant();
    cluster.api.objects.create('gatesessions', {
      metadata: { name: 'of-ada' },
      spec: { vm: 'demo', kind: 'vnc', 'client-address': '192.0.2.1', pod: 'p', user: 'ada' },
      status: { phase: 'Active' },
    });
    await until(() => /"viewers":\[\{"session":"of-ada"/.test(stream.received()));
    cluster.api.objects.delete('gatesessions', 'of-ada');
    cluster.api.objects.delete('gatetokens', grant.metadata.name ?? '');
    await until(() => stream.received().includes(`"kind":"gatetoken","type":"delete","name":"${grant.metadata.name}"`));
    await until(() => stream.received().includes('"kind":"gatesession","type":"delete","name":"of-ada"'));
    expect(stream.received()).toMatch(/^\n?event: change\n(id: .*\n)?data: \{"kind":"reset"/);
    expect(stream.received()).not.toMatch(/HASH-OF|eyJ/);
    stream.close();
  });

  it('sends each VM a few times at the start, however many consoles ended on it', async () => {
    serveUsers(cluster);
    for (let i = 0; i < 50; i++) {
      cluster.api.objects.create('gatesessions', {
        metadata: { name: `ended-${i}` },
        spec: { vm: 'demo', kind: 'vnc', 'client-address': '192.0.2.1', pod: 'p', user: 'ada' },
        status: { phase: 'Ended' },
      });
    }
    const stream = await events(gateway.port, EVENTS, { authorization: 'Bearer many' });
    await until(() => stream.received().split('"kind":"gatesession"').length > 50);
    await until(() => stream.received().includes('"kind":"vm"'));
    expect(stream.received().split('"kind":"vm"').length - 1).toBeLessThanOrEqual(4);
    stream.close();
    for (let i = 0; i < 50; i++) cluster.api.objects.delete('gatesessions', `ended-${i}`);
  });

  it('upstream one watch per kind, however many of their tabs listen, and each change written once', async () => {
    serveUsers(cluster);
    const bearer = { authorization: 'Bearer tabs' };
    const tabs = await Promise.all(Array.from({ length: 100 }, () => events(gateway.port, EVENTS, bearer)));
    await until(() => tabs.every((tab) => tab.received().includes('"kind":"reset"')));
    await until(() => watched('tabs').length >= 4);
    const write = vi.spyOn(JSON, 'stringify');
    const { metadata } = await cluster.grant();
    await until(() => tabs.every((tab) => tab.received().includes(`"name":"${metadata.name}"`)));
    const written = write.mock.calls.filter(([value]) => isPut(value, metadata.name));
    write.mockRestore();
    expect(watched('tabs').sort()).toEqual(KINDS.toSorted());
    // Pending, then Ready: as often as it changed.
    const [tab] = tabs;
    expect(written).toHaveLength((tab?.received().split(`"name":"${metadata.name}"`).length ?? 0) - 1);
    for (const one of tabs) one.close();
  });

  it('shares no watch of another credential, not even of the same user', async () => {
    serveUsers(cluster);
    const tokens = ['one-of-ada', 'another-of-ada'];
    const tabs = await Promise.all(
      tokens.map(async (token) => events(gateway.port, EVENTS, { cookie: await signedIn(token) })),
    );
    await until(() => tokens.every((token) => watched(token).length === 4));
    for (const tab of tabs) tab.close();
  });

  it('shares no watch that began with other rights', async () => {
    serveUsers(cluster);
    const bearer = { authorization: 'Bearer changing' };
    const before = await events(gateway.port, EVENTS, bearer);
    await until(() => watched('changing').length === 4);
    serveUsers(cluster, {}, rulesOf({ gatetokens: [] }));
    const after = await events(gateway.port, EVENTS, bearer);
    await until(() => watched('changing').length === 7);
    expect(firstOf(after.received())).toMatchObject({ lacks: lacksOf('list', 'gatetokens') });
    before.close();
    after.close();
  });

  it.each<[string, Record<string, string[]>, object[], string[]]>([
    ['nothing', {}, [], KINDS],
    ...VM_KINDS.map((kind): [string, Record<string, string[]>, object[], string[]] => [
      `to watch ${kind}`,
      { [kind]: ['get', 'list'] },
      lacksOf('watch', kind),
      // A row without what it is joined with would be wrong: the page polls.
      KINDS.filter((one) => one === 'gatetokens' || (one === 'gatesessions' && kind !== one)),
    ]),
    ['to watch gatetokens', { gatetokens: ['list'] }, lacksOf('watch', 'gatetokens'), VM_KINDS],
    [
      'to list virtualmachineinstances',
      { virtualmachineinstances: ['get', 'watch'] },
      lacksOf('list', 'virtualmachineinstances'),
      ['virtualmachines', 'gatesessions', 'gatetokens'],
    ],
    [
      'to list gatesessions',
      { gatesessions: [] },
      lacksOf('list', 'gatesessions'),
      ['virtualmachines', 'virtualmachineinstances', 'gatetokens'],
    ],
    [
      'to list virtualmachines',
      { virtualmachines: ['get'] },
      lacksOf('list', 'virtualmachines'),
      ['gatesessions', 'gatetokens'],
    ],
    ['to watch all', Object.fromEntries(KINDS.map((kind) => [kind, ['list']])), lacksOf('watch', ...KINDS), []],
    ['to list all', Object.fromEntries(KINDS.map((kind) => [kind, ['watch']])), lacksOf('list', ...KINDS), []],
  ])('who lacks the right %s is told so, and gets the rest', async (name, verbs, lacks, streamed) => {
    serveUsers(cluster, {}, rulesOf(verbs));
    const token = name.replaceAll(' ', '-');
    const stream = await events(gateway.port, EVENTS, { authorization: `Bearer ${token}` });
    await until(() => stream.received().includes('"kind":"reset"'));
    expect(firstOf(stream.received())).toEqual({ kind: 'reset', type: 'reset', lacks });
    await until(() => watched(token).length === streamed.length);
    expect(watched(token).sort()).toEqual(streamed.toSorted());
    stream.close();
  });

  it('asks for each right where Kubernetes does not list them all', async () => {
    serveUsers(cluster, {
      'POST /selfsubjectrulesreviews': { code: 201, body: { status: { resourceRules: [], incomplete: true } } },
    });
    cluster.api.may = (authorization, { verb, resource }) =>
      authorization === 'Bearer by-webhook' && (verb === 'list' || resource === 'gatetokens');
    const stream = await events(gateway.port, EVENTS, { authorization: 'Bearer by-webhook' });
    await until(() => stream.received().includes('"kind":"reset"'));
    cluster.api.may = () => true;
    expect(firstOf(stream.received())).toEqual({ kind: 'reset', type: 'reset', lacks: lacksOf('watch', ...VM_KINDS) });
    await until(() => watched('by-webhook').length === 1);
    expect(watched('by-webhook')).toEqual(['gatetokens']);
    stream.close();
  });

  it('says of a VM what it lacks, and nothing before its instance and its viewers are known', async () => {
    serveUsers(cluster, {}, rulesOf({ gatesessions: [] }));
    const users = cluster.api.answer;
    let answerInstances: (() => void) | undefined;
    cluster.api.answer = (req, res, body) => {
      const isList = req.url?.includes('/virtualmachineinstances?') && !req.url.includes('watch=true');
      if (!isList || req.headers.authorization !== 'Bearer slow' || answerInstances) return users(req, res, body);
      answerInstances = () => json(res, { metadata: { resourceVersion: '1' }, items: [] });
      return true;
    };
    const stream = await events(gateway.port, EVENTS, { authorization: 'Bearer slow' });
    await until(() => answerInstances !== undefined && watched('slow').includes('virtualmachines'));
    await cluster.grant();
    await until(() => stream.received().includes('"kind":"gatetoken"'));
    expect(stream.received()).not.toContain('"kind":"vm"');
    answerInstances?.();
    await until(() => stream.received().includes('"kind":"vm"'));
    expect(stream.received()).toContain('"lacks":[{"verb":"list","resource":"gatesessions"}]');
    stream.close();
  });

  it('leaves out the kind that they may not list; the others still stream', async () => {
    const [rule] = EVERYTHING;
    serveUsers(cluster, {}, [{ ...rule, verbs: ['*'], apiGroups: ['kubevirt.io'] }]);
    const stream = await events(gateway.port, EVENTS, { authorization: 'Bearer vms-only' });
    await until(() => stream.received().includes('"kind":"vm"'));
    await cluster.grant();
    cluster.startVm('second');
    await until(() => stream.received().includes('"name":"second"'));
    expect(stream.received()).not.toContain('"kind":"gatetoken"');
    await until(() => watched('vms-only').length === 2);
    expect(watched('vms-only').sort()).toEqual(['virtualmachineinstances', 'virtualmachines']);
    stream.close();
  });
});
