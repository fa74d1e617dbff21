import { describe, expect, it } from 'vitest';
import { KubeError, NetworkError } from '#libs/kube';
import { Discovery } from './discovery.js';

const fault = (code: number) => new KubeError({ code, reason: 'X', message: `answered ${code}` });
/** As kube-apiserver answers where the kind is served, and where it is not. */
const NO_CLASS = new KubeError({
  ...{ code: 404, reason: 'NotFound', message: 'ingressclasses.networking.k8s.io "nope" not found' },
  details: { name: 'nope', group: 'networking.k8s.io', kind: 'ingressclasses' },
});
const NOT_SERVED = new KubeError({ code: 404, reason: 'NotFound', message: '404 page not found', plain: true });
const CLASSES = '/apis/networking.k8s.io/v1/ingressclasses';

/** Answers by path; an Error is thrown. */
function setUp(answers: Record<string, unknown>) {
  const asked: string[] = [];
  let now = 0;
  const request = async (_method: string, path: string) => {
    asked.push(path);
    const answer = answers[path] ?? fault(404);
    if (answer instanceof Error) throw answer;
    return { body: { json: async () => answer } };
  };
  const discovery = new Discovery({ request } as never, { monotonic: () => now });
  return { discovery, answers, asked, later: (ms: number) => (now += ms) };
}

const group = (name: string) => ({ name, preferredVersion: { groupVersion: `${name}/v1` } });
const list = (...names: string[]) => ({ resources: names.map((name) => ({ name, namespaced: true })) });
const ALL = {
  '/apis': { groups: [group('a.io'), group('b.io')] },
  '/api/v1': { resources: [...list('pods').resources, { name: 'nodes', namespaced: false }] },
  '/apis/a.io/v1': list('as'),
  '/apis/b.io/v1': list('bs', 'bs/status'),
};
const POD = { group: '', name: 'pods' };
const AS = { group: 'a.io', name: 'as' };

describe('Discovery', () => {
  it('names the API groups, at most every 10 s, and asks again after a fault', async () => {
    const { discovery, answers, asked, later } = setUp({ '/apis': fault(500) });
    await expect(discovery.groups()).rejects.toThrow('answered 500');
    answers['/apis'] = ALL['/apis'];
    expect(await discovery.groups()).toEqual(['a.io', 'b.io']);
    answers['/apis'] = { groups: [group('kubevirt.io')] };
    expect(await discovery.groups()).toEqual(['a.io', 'b.io']);
    later(10_001);
    expect(await discovery.groups()).toEqual(['kubevirt.io']);
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['exists', 'is there', { metadata: { name: 'nope' } }],
    ['missing', 'is not there', NO_CLASS],
    ['unknown', 'is of a kind that the cluster does not serve', NOT_SERVED],
    ['unknown', 'may not be read by the operator', fault(403)],
  ])('says "%s" of an IngressClass that %s', async (state, _what, answer) => {
    const { discovery } = setUp({ [`${CLASSES}/nope`]: answer });
    expect(await discovery.ingressClass('nope')).toBe(state);
  });

  it('asks for each IngressClass at most every 10 s, and again after a fault', async () => {
    const { discovery, answers, asked, later } = setUp({ [`${CLASSES}/nope`]: fault(500), [`${CLASSES}/nginx`]: {} });
    await expect(discovery.ingressClass('nope')).rejects.toThrow('answered 500');
    answers[`${CLASSES}/nope`] = NO_CLASS;
    expect(await discovery.ingressClass('nope')).toBe('missing');
    answers[`${CLASSES}/nope`] = {};
    expect(await discovery.ingressClass('nope')).toBe('missing');
    expect(await discovery.ingressClass('nginx')).toBe('exists');
    later(10_001);
    expect(await discovery.ingressClass('nope')).toBe('exists');
    expect(asked).toHaveLength(4);
  });

  it('lists the namespaced resources of all groups, once a minute', async () => {
    const { discovery, asked, later } = setUp({ ...ALL });
    const served = [POD, AS, { group: 'b.io', name: 'bs' }, { group: 'b.io', name: 'bs/status' }];
    expect(await discovery.discover()).toEqual({ served, silent: [] });
    await discovery.discover();
    expect(asked).toHaveLength(4);
    later(60_001);
    await discovery.discover();
    expect(asked).toHaveLength(8);
  });

  it('names a group whose server is away (503), and asks it again soon', async () => {
    const { discovery, answers, later } = setUp({ ...ALL, '/apis/b.io/v1': fault(503) });
    expect(await discovery.discover()).toEqual({ served: [POD, AS], silent: ['b.io'] });
    answers['/apis/b.io/v1'] = list('bs');
    later(10_001);
    expect((await discovery.discover()).silent).toEqual([]);
  });

  it('leaves out a version that is gone (404)', async () => {
    const { discovery } = setUp({ ...ALL, '/apis/b.io/v1': fault(404) });
    expect(await discovery.discover()).toEqual({ served: [POD, AS], silent: [] });
  });

  it.each([
    ['/apis/b.io/v1', fault(403)],
    ['/apis/b.io/v1', fault(500)],
    ['/apis/b.io/v1', new NetworkError('cut', new Error('ECONNRESET'))],
    ['/apis', fault(503)],
    ['/api/v1', fault(404)],
  ])('does not take a fault of %s for an answer, and asks again', async (path, error) => {
    const { discovery, answers } = setUp({ ...ALL, [path]: error });
    await expect(discovery.discover()).rejects.toBe(error);
    Object.assign(answers, ALL);
    expect((await discovery.discover()).served).toHaveLength(4);
  });
});
