import { describe, expect, it } from 'vitest';

import { type Fields, type ResourceDef } from '../types.js';
import { OPENAPI_V2 } from './v2.js';
import { openapiV3, openapiV3Index } from './v3.js';

const def = (more: Partial<ResourceDef>): ResourceDef => ({
  group: '',
  version: 'v1',
  resource: 'pods',
  kind: 'Pod',
  listKind: 'PodList',
  singular: 'pod',
  shortNames: [],
  namespaced: true,
  verbs: ['get', 'list', 'create', 'update', 'patch', 'delete', 'deletecollection', 'watch'],
  subresources: { status: true },
  storageVersion: 'v1',
  ...more,
});

const WIDGET = def({
  group: 'example.io',
  resource: 'widgets',
  kind: 'Widget',
  listKind: 'WidgetList',
  openAPIV3Schema: {
    type: 'object',
    description: 'A widget.',
    properties: {
      spec: { type: 'object', properties: { nullable: { type: 'string', nullable: true, description: 'Odd name.' } } },
    },
  },
});
const defs = [def({}), WIDGET, def({ resource: 'nodes', kind: 'Node', namespaced: false, verbs: ['get', 'list'] })];

/** Walks into a document. */
const at = (document: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((node, step) => (node as Fields | undefined)?.[step], document);

describe('OpenAPI v3', () => {
  it('names the document of each group version, by a hash that follows its content', () => {
    const paths = (of: ResourceDef[]): Record<string, { serverRelativeURL: string }> =>
      openapiV3Index(of)['paths'] as Record<string, { serverRelativeURL: string }>;
    expect(Object.keys(paths(defs))).toEqual(['api/v1', 'apis/example.io/v1']);
    expect(paths(defs)['apis/example.io/v1']?.serverRelativeURL).toMatch(
      /^\/openapi\/v3\/apis\/example.io\/v1\?hash=[0-9A-F]+$/,
    );
    expect(paths(defs)).toEqual(paths(defs));
    expect(
      paths([...defs, def({ group: 'example.io', resource: 'others', kind: 'Other' })])['apis/example.io/v1'],
    ).not.toEqual(paths(defs)['apis/example.io/v1']);
  });

  it('has fieldValidation on what changes objects', () => {
    const document = openapiV3(defs, 'apis/example.io/v1');
    const item = '/apis/example.io/v1/namespaces/{namespace}/widgets/{name}';
    expect(at(document, 'paths', item, 'patch')).toMatchObject({
      'x-kubernetes-group-version-kind': { group: 'example.io', version: 'v1', kind: 'Widget' },
      parameters: expect.arrayContaining([
        expect.objectContaining({ name: 'fieldValidation', in: 'query' }),
      ]) as unknown,
    });
  });

  it("tells a CRD's own schema, with the metadata that all have", () => {
    const schema = at(openapiV3(defs, 'apis/example.io/v1'), 'components', 'schemas', 'io.example.v1.Widget');
    expect(schema).toMatchObject({
      description: 'A widget.',
      properties: { spec: { properties: { nullable: { nullable: true } } }, metadata: {} },
    });
  });

  it('knows only what is served', () => {
    expect(openapiV3(defs, 'apis/none/v1')).toBeUndefined();
    const paths = Object.keys(at(openapiV3(defs, 'api/v1'), 'paths') as Fields);
    expect(paths).toContain('/api/v1/nodes/{name}');
    expect(paths).not.toContain('/apis/example.io/v1/widgets');
  });

  it('points only to schemas that it has', () => {
    const document = openapiV3(defs, 'apis/example.io/v1');
    const known = Object.keys(at(document, 'components', 'schemas') as Fields);
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, ref]) => ref,
    );
    expect(refs.length).toBeGreaterThan(0);
    for (const ref of refs) expect(known).toContain(ref);
  });
});

describe('OpenAPI v2', () => {
  it('has no definitions, in protobuf', () => {
    const expected = [10, 3, ...Buffer.from('2.0'), 18, 25, 10, 10, ...Buffer.from('Kubernetes'), 18, 11];
    expect([...OPENAPI_V2.subarray(0, expected.length)]).toEqual(expected);
    expect(OPENAPI_V2.subarray(expected.length).toString()).toBe('unversioned');
  });
});
