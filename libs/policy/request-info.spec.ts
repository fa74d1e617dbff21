import { describe, expect, it } from 'vitest';
import { requestInfo } from './index.js';

const info = (request: string) => {
  const [method = '', target = ''] = request.split(' ');
  const [path = '', query = ''] = target.split('?');
  const found = requestInfo(method, path, query);
  if (!found.isResource) return `path ${found.verb}`;
  const { verb, group, version, namespace = '', resource = '', name = '', subresource = '', rest = '' } = found;
  return [verb, group || 'core', version, namespace, resource, name, subresource, rest].join(' ').trim();
};

const NS = '/api/v1/namespaces/ns';
const VM = '/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachineinstances/vm';

describe('requestInfo reads a path as the API server does', () => {
  it.each([
    [`GET /api`, 'path get'],
    [`GET /apis/apps/v1`, 'path get'],
    [`GET /api/v1`, 'path get'],
    [`POST /version/a/b/c/d`, 'path post'],
    [`GET /api/v1/pods`, 'list core v1  pods'],
    [`GET /api/v1/nodes/n`, 'get core v1  nodes n'],
    [`GET ${NS}/pods`, 'list core v1 ns pods'],
    [`HEAD ${NS}/pods`, 'list core v1 ns pods'],
    [`GET ${NS}/pods?watch=true`, 'watch core v1 ns pods'],
    [`GET ${NS}/pods?watch=1&x=y`, 'watch core v1 ns pods'],
    [`GET ${NS}/pods?watch`, 'watch core v1 ns pods'],
    [`GET ${NS}/pods?watch=`, 'watch core v1 ns pods'],
    [`GET ${NS}/pods?%77atch=true`, 'watch core v1 ns pods'],
    [`GET ${NS}/pods?watch=false`, 'list core v1 ns pods'],
    [`GET ${NS}/pods?watch=False`, 'list core v1 ns pods'],
    [`GET ${NS}/pods?watch=0`, 'list core v1 ns pods'],
    [`GET ${NS}/pods?watch=false&watch=true`, 'list core v1 ns pods'],
    [`GET ${NS}/pods/web?watch=true`, 'get core v1 ns pods web'],
    [`POST ${NS}/pods`, 'create core v1 ns pods'],
    [`PUT ${NS}/pods/web/status`, 'update core v1 ns pods web status'],
    [`PATCH ${NS}/pods/web`, 'patch core v1 ns pods web'],
    [`DELETE ${NS}/pods/web`, 'delete core v1 ns pods web'],
    [`DELETE ${NS}/pods`, 'deletecollection core v1 ns pods'],
    [`OPTIONS ${NS}/pods`, ' core v1 ns pods'.trim()],
    [`GET ${NS}`, 'get core v1 ns namespaces ns'],
    [`GET /api/v1/namespaces`, 'list core v1  namespaces'],
    [`PUT ${NS}/finalize`, 'update core v1 ns namespaces ns finalize'],
    [`GET ${NS}/status`, 'get core v1 ns namespaces ns status'],
    [`GET /api/v1/watch/namespaces/ns/secrets`, 'watch core v1 ns secrets'],
    [`GET /api/v1/watch/pods`, 'watch core v1  pods'],
    [`GET /api/v1/watch`, 'watch core v1'],
    [`GET /api/v1/proxy/namespaces/ns/pods/web/x`, 'proxy core v1 ns pods web'],
    [`POST ${NS}/serviceaccounts/sa/token`, 'create core v1 ns serviceaccounts sa token'],
    [`GET ${NS}/services/https:web:443/proxy/a/b`, 'get core v1 ns services https:web:443 proxy a/b'],
    [`GET ${NS}/services/https%3Aweb/proxy`, 'get core v1 ns services https:web proxy'],
    [`GET /apis/apps/v1/deployments`, 'list apps v1  deployments'],
    [`GET ${VM}/vnc`, 'get subresources.kubevirt.io v1 ns virtualmachineinstances vm vnc'],
    [`GET ${VM}/vnc/screenshot`, 'get subresources.kubevirt.io v1 ns virtualmachineinstances vm vnc screenshot'],
  ])('%s: %s', (request, expected) => {
    expect(info(request)).toBe(expected);
  });

  it('knows the answers that go on', () => {
    expect(requestInfo('GET', `${NS}/pods`, 'watch=true').watch).toBe(true);
    expect(requestInfo('GET', `${NS}/pods/web/log`, 'follow=true').watch).toBe(true);
    expect(requestInfo('GET', `${NS}/pods/web/log`, 'follow=false').watch).toBe(false);
    expect(requestInfo('GET', `${NS}/pods`).watch).toBe(false);
    expect(requestInfo('GET', `${NS}/pods/web/status`, 'follow=true').watch).toBe(false);
    expect(requestInfo('GET', '/version').watch).toBe(false);
  });
});
