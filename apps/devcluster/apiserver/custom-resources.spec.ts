import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Running, startApiServer } from './server.js';
import { type Fields } from './types.js';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const WIDGETS = '/apis/example.io/v1/namespaces/default/widgets';

let data: string;
let server: Running;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'apiserver-'));
  await writeFile(join(data, 'tokens.csv'), 'admin,admin,1,"system:masters"\n');
  server = await startApiServer({ data, port: 0 });
});

afterAll(async () => {
  await server.stop();
  await rm(data, { recursive: true, force: true });
});

interface Answer {
  code: number;
  headers: IncomingHttpHeaders;
  body: Fields & { message?: string; spec?: Fields; status?: Fields };
}

async function call(method: string, path: string, body?: unknown, type = 'application/json'): Promise<Answer> {
  const req = request({
    host: '127.0.0.1',
    port: server.port,
    method,
    path,
    agent: false,
    rejectUnauthorized: false,
    headers: { authorization: 'Bearer admin', 'content-type': type },
  });
  req.end(body === undefined ? undefined : JSON.stringify(body));
  const answer = await new Promise<Parameters<typeof text>[0] & { statusCode?: number; headers: IncomingHttpHeaders }>(
    (done, fail) => req.on('response', done).on('error', fail),
  );
  const raw = await text(answer);
  return { code: answer.statusCode ?? 0, headers: answer.headers, body: JSON.parse(raw) as Answer['body'] };
}

const definition = (plural: string, spec: Fields): Fields => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.example.io` },
  spec: {
    group: 'example.io',
    scope: 'Namespaced',
    names: { plural, kind: plural[0]!.toUpperCase() + plural.slice(1, -1) },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: { type: 'object', properties: { spec, status: { type: 'object', properties: {} } } },
        },
      },
    ],
  },
});

const SPEC: Fields = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer', minimum: 1 },
    colour: { type: 'string', default: 'red' },
    owner: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'owner is immutable' }] },
  },
};

const widget = (name: string, spec: unknown): Fields => ({
  apiVersion: 'example.io/v1',
  kind: 'Widget',
  metadata: { name },
  spec,
});

describe('a custom resource', () => {
  beforeAll(async () => {
    expect((await call('POST', CRDS, definition('widgets', SPEC))).code).toBe(201);
  });

  it('is served at once, with defaults', async () => {
    const { code, body } = await call('POST', WIDGETS, widget('a', { size: 1, owner: 'jane' }));
    expect([code, body.spec]).toEqual([201, { size: 1, owner: 'jane', colour: 'red' }]);
  });

  it('is refused with causes that name the fields', async () => {
    const { code, body } = await call('POST', WIDGETS, widget('b', { size: 0, colour: 1 }));
    expect(code).toBe(422);
    expect(body.message).toContain(
      'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    );
    expect(body['details']).toMatchObject({
      kind: 'Widget',
      causes: [{ field: 'spec.size' }, { field: 'spec.colour', reason: 'FieldValueTypeInvalid' }, { field: '<nil>' }],
    });
  });

  it('keeps transition rules on patches', async () => {
    const patch = (spec: Fields): Promise<Answer> =>
      call('PATCH', `${WIDGETS}/a`, { spec }, 'application/merge-patch+json');
    const refused = await patch({ owner: 'joe' });
    expect([refused.code, refused.body.message]).toEqual([
      422,
      'Widget.example.io "a" is invalid: spec.owner: Invalid value: "joe": owner is immutable',
    ]);
    expect((await patch({ size: 2 })).code).toBe(200);
  });

  it('is pruned; who asks is warned or refused', async () => {
    const odd = widget('c', { size: 1, 'Grö"ße': 2 });
    const warned = await call('POST', `${WIDGETS}?dryRun=All`, odd);
    expect([warned.code, warned.body.spec]).toEqual([201, { size: 1, colour: 'red' }]);
    expect(warned.headers['warning']).toMatch(/^299 - "unknown field \\"spec\.Gr/);
    expect(
      (await call('POST', `${WIDGETS}?dryRun=All&fieldValidation=Ignore`, odd)).headers['warning'],
    ).toBeUndefined();
    const refused = await call('POST', `${WIDGETS}?fieldValidation=Strict`, odd);
    expect([refused.code, refused.body.message]).toEqual([
      400,
      expect.stringContaining('strict decoding error: unknown field'),
    ]);
  });

  it.each([
    ['dryRun=Some', 'dryRun: Unsupported value: ["Some"]: supported values: "All"'],
    [
      'fieldValidation=Odd',
      'fieldValidation: Unsupported value: "Odd": supported values: "", "Ignore", "Strict", "Warn"',
    ],
  ])('is not written with %s', async (query, message) => {
    const { code, body } = await call('POST', `${WIDGETS}?${query}`, widget('d', { size: 1 }));
    expect([code, body.message]).toEqual([422, `CreateOptions.meta.k8s.io "" is invalid: ${message}`]);
  });

  it('is described by OpenAPI', async () => {
    const { body } = await call('GET', '/openapi/v3/apis/example.io/v1');
    expect(JSON.stringify(body)).toContain('"colour":{"type":"string","default":"red"}');
  });
});

describe('a definition', () => {
  it('that is not structural, or whose rule does not compile, is refused', async () => {
    const bad = { type: 'object', 'x-kubernetes-validations': [{ rule: 'self.nope == 1' }] };
    const { code, body } = await call('POST', CRDS, definition('things', bad));
    expect(code).toBe(422);
    expect(body.message).toContain('No such key: nope');
    expect((await call('POST', CRDS, definition('things', {}))).body.message).toContain('must not be empty');
  });

  it('is served again after a restart, and so are its objects', async () => {
    await server.stop();
    server = await startApiServer({ data, port: 0 });
    expect((await call('GET', `${WIDGETS}/a`)).body.spec).toMatchObject({ size: 2, owner: 'jane' });
  });

  it('takes its objects with it', async () => {
    expect((await call('DELETE', `${CRDS}/widgets.example.io`)).code).toBe(200);
    await expect.poll(async () => (await call('GET', `${CRDS}/widgets.example.io`)).code).toBe(404);
    const paths = (await call('GET', '/openapi/v3')).body['paths'];
    expect(paths).not.toHaveProperty(['apis/example.io/v1']);
  });
});
