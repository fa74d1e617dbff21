import { describe, expect, it } from 'vitest';
import {
  allDenied,
  firstDenied,
  guestLacks,
  issuerLacks,
  neededOfGuest,
  parseGrant,
  reviewsOf,
  type Right,
  rightInWords,
  rights,
} from './index.js';

const vnc: Right = {
  verb: 'get',
  group: 'subresources.kubevirt.io',
  resource: 'virtualmachineinstances',
  subresource: 'vnc',
  name: 'demo',
  namespace: 'prod',
};

describe('the question of a review', () => {
  it('is about a resource, or about a path', () => {
    expect(reviewsOf(vnc)).toEqual([{ resourceAttributes: vnc }]);
    expect(reviewsOf({ verb: 'get', group: '', resource: '', path: '/version' })).toEqual([
      { nonResourceAttributes: { verb: 'get', path: '/version' } },
    ]);
  });

  it.each<[Right, object | undefined]>([
    [{ verb: 'get', group: '', resource: 'pods' }, { name: 'kube-gateway-any' }],
    [{ verb: 'delete', group: '*', resource: '*' }, { name: 'kube-gateway-any' }],
    [{ verb: 'list', group: '', resource: 'pods' }, undefined],
    [{ verb: 'deletecollection', group: '', resource: 'pods' }, undefined],
    [{ verb: 'create', group: '', resource: 'pods' }, { name: 'kube-gateway-any' }],
    [{ verb: 'watch', group: '', resource: 'pods' }, { name: 'kube-gateway-any' }],
    [{ verb: 'create', group: '', resource: '*' }, { name: 'kube-gateway-any' }],
    [{ verb: 'create', group: '', resource: 'pods', subresource: 'exec' }, { name: 'kube-gateway-any' }],
    [{ ...vnc, subresource: '*' }, { subresource: 'kube-gateway-any' }],
    [{ ...vnc, subresource: 'vnc/*' }, { subresource: 'vnc/kube-gateway-any' }],
  ])('%o, where it is about all, is asked about what no rule names too', (right, other) => {
    const asked = [right, ...(other ? [{ ...right, ...other }] : [])];
    expect(reviewsOf(right)).toEqual(asked.map((resourceAttributes) => ({ resourceAttributes })));
  });

  it.each<[Right, string]>([
    [vnc, 'get virtualmachineinstances/vnc in namespace prod'],
    [{ verb: 'list', group: '', resource: 'pods' }, 'list pods in all namespaces'],
    [{ verb: 'get', group: '*', resource: '*' }, 'get all resources of every API group in all namespaces'],
    [
      { verb: 'get', group: 'apps', resource: '*', namespace: 'prod' },
      'get all resources of API group apps in namespace prod',
    ],
    [{ verb: 'get', group: '', resource: 'pods', subresource: '*', namespace: 'a' }, 'get pods/* in namespace a'],
    [{ verb: '*', group: '', resource: 'pods', namespace: 'a' }, 'use every verb on pods in namespace a'],
    [{ verb: 'get', group: '', resource: '', path: '/version' }, 'get /version'],
    [
      { verb: 'get', group: 'subresources.kubevirt.io', resource: 'virtualmachineinstances', namespace: 'a' },
      'get virtualmachineinstances.subresources.kubevirt.io in namespace a',
    ],
    [
      { verb: 'get', group: 'subresources.kubevirt.io', resource: '*', namespace: 'a' },
      'get all resources of API group subresources.kubevirt.io in namespace a',
    ],
    [
      { verb: 'get', group: 'kubevirt.io', resource: 'virtualmachineinstances', namespace: 'a' },
      'get virtualmachineinstances in namespace a',
    ],
  ])('%o in words', (right, words) => {
    expect(rightInWords(right)).toBe(words);
  });
});

describe('what is missing', () => {
  it('of the issuer', () => {
    expect(issuerLacks('dev', vnc)).toBe(
      'user dev cannot get virtualmachineinstances/vnc in namespace prod (name: demo): a link cannot give more than its issuer has. Ask an administrator for this permission, or remove it from the grant.',
    );
  });

  it.each<[string, Right]>([
    [
      'get secrets in namespace prod (name: key): leave this out, or have it allowed by spec.admin-resources of the GateServer, and by spec.admin-role where it is more than reading.',
      { verb: 'get', group: '', resource: 'secrets', name: 'key', namespace: 'prod' },
    ],
    [
      'list pods in namespace other, because it serves namespace prod alone: leave this out, or create the GateToken in namespace other.',
      { verb: 'list', group: '', resource: 'pods', namespace: 'other' },
    ],
    [
      'list nodes in all namespaces, because it serves namespace prod alone: leave this out.',
      { verb: 'list', group: '', resource: 'nodes' },
    ],
    ['get /metrics: leave this URL out.', { verb: 'get', group: '', resource: '', path: '/metrics' }],
  ])('of the guest account: %s', (words, right) => {
    expect(guestLacks('gs', 'prod', right)).toBe(`the guest account of GateServer gs cannot ${words}`);
  });

  const PROD = '/api/v1/namespaces/prod';
  it.each<[string, string[]]>([
    [`${PROD}/pods`, ['list pods in namespace prod', 'watch pods in namespace prod']],
    [`${PROD}/pods/web*`, ['get pods in namespace prod']],
    [`${PROD}/*`, []],
    ['*', []],
    ['/api*', []],
    ['/apis/kubevirt.io/*', []],
    ['/version', ['get /version']],
    [
      '/apis/subresources.kubevirt.io/v1/namespaces/prod/virtualmachineinstances/vm/vnc/*',
      ['get virtualmachineinstances/vnc in namespace prod'],
    ],
    ['/api/v1/nodes/a', ['get nodes in all namespaces']],
    ['/api/v1/namespaces/other/pods/web/*', ['get pods/* in namespace other']],
    ['/apis/subresources.kubevirt.io/v1/namespaces/prod/virtualmachineinstances/*', []],
    ['/api/v1/namespaces/other/*', ['get', 'list', 'watch'].map((verb) => `${verb} all resources in namespace other`)],
  ])('%s is asked of the guest account where it could not serve even a part', (url, words) => {
    expect(neededOfGuest(rights(parseGrant({ urls: [url] })), 'prod').map(rightInWords)).toEqual(words);
  });
});

describe('asking about rights', () => {
  const many = Array.from({ length: 45 }, (_, index) => ({ verb: 'get', group: '', resource: `r${index}` }));

  it('names the first that is denied, whichever answer comes first', async () => {
    const denied = await firstDenied(many, async ({ resource }) => {
      if (resource === 'r7') await new Promise((resolve) => setImmediate(resolve));
      return resource !== 'r7' && resource !== 'r9';
    });
    expect(denied?.resource).toBe('r7');
  });

  it('asks about all of them, 20 at once at most, and about no more after a denial', async () => {
    const asked: string[] = [];
    let [now, most] = [0, 0];
    const ask =
      (no?: string) =>
      async ({ resource }: Right) => {
        asked.push(resource);
        most = Math.max(most, ++now);
        await new Promise((resolve) => setImmediate(resolve));
        now--;
        return resource !== no;
      };
    expect(await firstDenied(many, ask())).toBeUndefined();
    expect([asked.length, most]).toEqual([45, 20]);
    asked.length = 0;
    expect((await firstDenied(many, ask('r3')))?.resource).toBe('r3');
    expect(asked).toHaveLength(20);
  });

  it('names all that are denied, in their order', async () => {
    const denied = await allDenied(many, async ({ resource }) => resource !== 'r44' && resource !== 'r3');
    expect(denied.map(({ resource }) => resource)).toEqual(['r3', 'r44']);
  });

  it('says nothing of a right where a review fails', async () => {
    await expect(firstDenied(many, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  });

  it('a grant by vm asks for its screen and its serial console, and for nothing else', () => {
    const asked = rights(parseGrant({ vm: 'demo', namespace: 'prod' })).map(rightInWords);
    expect(asked).toEqual([
      'get virtualmachineinstances/vnc in namespace prod',
      'get virtualmachineinstances/console in namespace prod',
    ]);
  });
});
