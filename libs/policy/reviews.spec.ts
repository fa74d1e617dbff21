import { describe, expect, it } from 'vitest';
import { attributesOf, firstDenied, parseGrant, type Right, rightInWords, rights } from './index.js';

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
    expect(attributesOf(vnc)).toEqual({ resourceAttributes: vnc });
    expect(attributesOf({ verb: 'get', group: '', resource: '', path: '/version' })).toEqual({
      nonResourceAttributes: { verb: 'get', path: '/version' },
    });
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
    [{ verb: 'get', group: '', resource: '', path: '/version' }, 'get /version'],
  ])('%o in words', (right, words) => {
    expect(rightInWords(right)).toBe(words);
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
