import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, parseGrant, parseRequest, rights, rightsFor, vmUrls } from './index.js';
import { type RequestInfo } from './request-info.js';
import { type Right } from './rights.js';
import { isIssued } from './testing/grants.js';

const NS = '/api/v1/namespaces/ns';
const VMI = '/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachineinstances';
const line = ({ verb, group, resource, subresource, name, namespace, path }: Right) =>
  path === undefined
    ? `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}${group && `.${group}`} ${namespace ?? '*'}/${name ?? '*'}`
    : `${verb} ${path}`;
const of = (url: string, ...verbs: string[]) =>
  rights(parseGrant({ urls: [url], verbs: verbs.length > 0 ? verbs : ['get'] })).map(line);

describe('security row 14: what a URL means in rights', () => {
  it.each<[string, string[], string[]]>([
    [`${NS}/pods/web`, ['get'], ['get pods ns/web']],
    [`${NS}/pods/web`, ['get', 'head'], ['get pods ns/web']],
    [`${NS}/pods`, ['get'], ['list pods ns/*', 'watch pods ns/*']],
    [`${NS}/pods`, ['delete'], ['deletecollection pods ns/*']],
    [`${NS}/pods`, ['post'], ['create pods ns/*']],
    [`${NS}/pods/web`, ['delete'], ['delete pods ns/web']],
    [`${NS}/pods/web`, ['put'], ['update pods ns/web', 'create pods ns/web']],
    [`${NS}/pods/web`, ['patch'], ['patch pods ns/web', 'create pods ns/web']],
    [`${NS}/pods/web/status`, ['patch'], ['patch pods/status ns/web']],
    [`${VMI}/vm/vnc`, ['get'], ['get virtualmachineinstances/vnc.subresources.kubevirt.io ns/vm']],
    [
      `${VMI}/vm/vnc/screenshot`,
      ['get'],
      [
        'get virtualmachineinstances/vnc.subresources.kubevirt.io ns/vm',
        'get virtualmachineinstances/vnc/screenshot.subresources.kubevirt.io ns/vm',
      ],
    ],
    [
      `${VMI}/vm/portforward/22/tcp`,
      ['get'],
      ['get virtualmachineinstances/portforward.subresources.kubevirt.io ns/vm'],
    ],
    // a * within a name: the whole resource, and what is below its names
    [`${NS}/pods/web*`, ['get'], ['get pods ns/*', 'get pods/* ns/*']],
    [`${NS}/pods/*`, ['delete'], ['delete pods ns/*', 'delete pods/* ns/*']],
    [`${NS}/pods/web/*`, ['get'], ['get pods/* ns/web']],
    // higher: resource *
    [`${NS}/po*`, ['get'], ['get * ns/*', 'list * ns/*', 'watch * ns/*']],
    [`${NS}/*`, ['delete'], ['delete * ns/*', 'deletecollection * ns/*']],
    [`/api/v1/namespaces/n*`, ['post'], ['create * */*']],
    [`/apis/apps/v1/*`, ['post'], ['create *.apps */*']],
    [`/apis/apps/*`, ['post'], ['create *.apps */*', 'post /apis/apps/*']],
    [`/apis/*`, ['post'], ['create *.* */*', 'post /apis/*']],
    ['*', ['post'], ['create *.* */*', 'post /*']],
    ['/api*', ['post'], ['create *.* */*', 'post /api*']],
    ['/version', ['get'], ['get /version']],
    ['/openapi/*', ['get'], ['get /openapi/*']],
    ['/api/v1/watch/namespaces/ns/pods*', ['get'], ['watch * ns/*']],
    [`${NS}/status/*`, ['get'], ['get namespaces/status ns/ns']],
    [`${NS}/finalize/*`, ['put'], ['update namespaces/finalize ns/ns']],
    [`${NS}/pods/web/log/*`, ['get'], ['get pods/log ns/web']],
    [`${NS}/pods/web/*`, ['put', 'patch'], ['update pods/* ns/web', 'patch pods/* ns/web']],
    [`${NS}/pods/*`, ['head'], ['get pods ns/*', 'get pods/* ns/*']],
    [`${NS}/*`, ['head'], ['get * ns/*', 'list * ns/*']],
    [`${NS}/pods`, ['put'], ['update pods ns/*']],
    ['/api/v1/pods', ['get'], ['list pods */*', 'watch pods */*']],
    ['/api/v*', ['post'], ['create * */*', 'post /api/v*']],
    ['/api/v1/*', ['post'], ['create * */*']],
    ['/apix*', ['get'], ['get /apix*']],
    [
      `${VMI}/vm/vnc/*`,
      ['get'],
      [
        'get virtualmachineinstances/vnc.subresources.kubevirt.io ns/vm',
        'get virtualmachineinstances/vnc/*.subresources.kubevirt.io ns/vm',
      ],
    ],
    [
      `${VMI}/vm/vnc/a/*`,
      ['get'],
      [
        'get virtualmachineinstances/vnc.subresources.kubevirt.io ns/vm',
        'get virtualmachineinstances/vnc/a/*.subresources.kubevirt.io ns/vm',
      ],
    ],
    ['/apis/apps/v1/namespaces/ns/deployments/a/scale/x', ['get'], ['get deployments/scale.apps ns/a']],
    // the path says once that it is a watch: the second time it is a name
    ['/api/v1/watch/watch/pods/*', ['get'], ['watch watch/* */pods']],
    // the API server asks about the path as it decodes it
    ['/a%20b', ['get'], ['get /a b']],
    ['/a%20b/*', ['get'], ['get /a b/*']],
    // it has no verb for these methods: only a rule for every verb allows them
    [`${NS}/pods`, ['options'], ['* pods ns/*']],
    [`${NS}/pods/*`, ['options'], ['* pods ns/*', '* pods/* ns/*']],
    ['/version', ['options'], ['options /version']],
    // a stream of a pod, opened by GET, asks for create too
    ...['exec', 'attach', 'portforward'].map((stream): [string, string[], string[]] => [
      `${NS}/pods/web/${stream}`,
      ['get'],
      [`get pods/${stream} ns/web`, `create pods/${stream} ns/web`],
    ]),
    [`${NS}/pods/web/exec`, ['post'], ['create pods/exec ns/web']],
    [`${NS}/services/web/portforward`, ['get'], ['get services/portforward ns/web']],
    [`/apis/apps/v1/namespaces/ns/pods/web/exec`, ['get'], ['get pods/exec.apps ns/web']],
  ])('%s by %j', (url, verbs, expected) => {
    expect(of(url, ...verbs).sort()).toEqual([...expected].sort());
  });

  it('asks for the consoles of a vm', () => {
    const lines = rights(parseGrant({ vm: 'vm', namespace: 'ns' })).map(line);
    expect(lines).toEqual([
      'get virtualmachineinstances/vnc.subresources.kubevirt.io ns/vm',
      'get virtualmachineinstances/console.subresources.kubevirt.io ns/vm',
    ]);
    expect(vmUrls('ns', 'vm')).toHaveLength(4);
  });

  it('refuses more than 200 distinct rights', () => {
    const urls = (count: number) => Array.from({ length: count }, (_, i) => `${NS}/pods/web-${i}`);
    expect(rights(parseGrant({ urls: urls(200) }))).toHaveLength(200);
    expect(() => rights(parseGrant({ urls: urls(201) }))).toThrow(
      expect.objectContaining({
        code: 'too-many-rights',
        message: 'urls: more than 200 distinct permissions are required: use fewer URLs or verbs, or split the grant.',
      }),
    );
  });
});

const part = (...values: string[]) => fc.constantFrom(...values);
const path = fc
  .tuple(
    part('/api/v1', '/apis/apps/v1', '/apis/subresources.kubevirt.io/v1', '/api', '/apis', '/version'),
    part('', '/namespaces/ns', '/namespaces', '/watch/namespaces/ns', '/watch'),
    part('', '/pods', '/virtualmachineinstances', '/namespaces'),
    part('', '/a', '/ab'),
    part('', '/vnc', '/log', '/status', '/finalize'),
    part('', '/screenshot'),
  )
  .map((parts) => parts.join(''));
const url = fc
  .tuple(path, fc.nat(100), fc.boolean())
  .map(([text, at, cut]) => (cut ? `${text.slice(0, 1 + (at % text.length))}*` : text))
  .filter(isIssued);

function covers(right: Right, info: RequestInfo, method: string, target: string): boolean {
  if (!info.isResource) {
    if (right.path === undefined || right.verb !== method.toLowerCase()) return false;
    return right.path.endsWith('*') ? target.startsWith(right.path.slice(0, -1)) : right.path === target;
  }
  if (right.verb !== info.verb || (right.group !== '*' && right.group !== info.group)) return false;
  if (right.namespace !== undefined && right.namespace !== info.namespace) return false;
  if (right.name !== undefined && right.name !== info.name) return false;
  if (right.resource === '*') return true;
  if (right.resource !== info.resource) return false;
  return right.subresource === info.subresource || (right.subresource === '*' && info.subresource !== undefined);
}

describe('rights', () => {
  it('hold everything that the grant lets through', () => {
    const method = part('GET', 'POST', 'PUT', 'PATCH', 'DELETE');
    let allowed = 0;
    fc.assert(
      fc.property(
        fc.array(url, { minLength: 1, maxLength: 3 }),
        method,
        path,
        part('', 'watch=1'),
        (urls, verb, target, query) => {
          const grant = parseGrant({ urls, verbs: [verb] });
          const parsed = parseRequest(verb, target, query);
          if (!parsed.ok || !decide(grant, parsed.request).allow) return;
          const { info } = parsed.request;
          // The API server has no such routes: it refuses them before it asks for rights.
          if (info.isResource && info.resource === undefined) return;
          allowed++;
          expect(rights(grant).filter((right) => covers(right, info, verb, target))).not.toEqual([]);
        },
      ),
      { numRuns: 20_000 },
    );
    expect(allowed).toBeGreaterThan(500);
  });
});

describe('rights for one request', () => {
  const grant = parseGrant({
    urls: [`${VMI}/vm/vnc`, `${VMI}/*`, `${NS}/pods*`, `${NS}/pods/web*`, '*'],
    verbs: ['get', 'delete'],
  });
  const of = (method: string, target: string) => rightsFor(grant, { method, path: target }).map(line).sort();
  const all = new Set(rights(grant).map(line));

  it.each<[string, string, string[]]>([
    ['GET', `${VMI}/vm/vnc`, ['get virtualmachineinstances/vnc.subresources.kubevirt.io ns/vm']],
    ['GET', `${NS}/pods/web-1`, ['get pods ns/*', 'get pods/* ns/*']],
    ['DELETE', `${NS}/pods/web-1`, ['delete pods ns/*', 'delete pods/* ns/*']],
    ['HEAD', `${NS}/pods/web-1`, ['get pods ns/*', 'get pods/* ns/*']],
    ['GET', `${NS}/pods`, ['get * ns/*', 'list * ns/*', 'watch * ns/*']],
    ['GET', '/version', ['get *.* */*', 'get /*', 'list *.* */*', 'watch *.* */*']],
  ])('%s %s: all that the narrowest URL gives by this method', (method, target, expected) => {
    expect(of(method, target)).toEqual(expected);
    expect(of(method, target)).toEqual(expected);
    for (const one of of(method, target)) expect(all).toContain(one);
  });

  it('are of the other VM where that is asked for', () => {
    expect(of('GET', `${VMI}/vm/console`)).not.toEqual(of('GET', `${VMI}/vm/vnc`));
  });

  it('throws where no URL lets the request through', () => {
    const { paths, ...one } = parseGrant({ urls: [`${VMI}/vm/vnc`] });
    expect(() => rightsFor({ paths, ...one }, { method: 'GET', path: `${VMI}/other/vnc` })).toThrow('No URL');
  });
});
