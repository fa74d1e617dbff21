import { beforeAll, describe, expect, it } from 'vitest';
import { call } from '../testing/clients.js';
import { type Document, operationsOf, readDocument, type Content } from '../testing/openapi.js';
import { routesOf } from '../testing/routes.js';
import { useGateway } from '../testing/use-gateway.js';

const { gateway } = useGateway();
let document: Document;

beforeAll(async () => {
  document = await readDocument(gateway.port);
});

/** Pages, what only browsers and old links use, and what is outside the REST API. */
const UNDESCRIBED =
  /^GET \/(\*|$|vms|links|login$|l$|l\/?%23|console|assets|favicon|robots|healthz|readyz|api\/(docs|openapi))|\/(noVNC|auth\/(jwt\/set|login|callback|logout))/;

describe('/api/openapi.json', () => {
  it('names every route, and no other', () => {
    const served = routesOf(gateway.app).map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const described = operationsOf(document).map(({ method, path }) => `${method} ${path}`);
    expect(described.toSorted()).toEqual([...new Set(served.filter((route) => !UNDESCRIBED.test(route)))].toSorted());
  });

  it('has a summary, an id, an answer and errors for every operation', () => {
    const operations = operationsOf(document);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { method, path, summary, operationId, responses } of operations) {
      const where = `${method} ${path}`;
      expect(operationId, where).toMatch(/^[a-z]\w+$/);
      expect(summary, where).toMatch(/^\S.{2,}/);
      const good = Object.entries(responses).filter(([code]) => code.startsWith('2'));
      expect(good.length, where).toBe(1);
      for (const [code, { content, description }] of good) {
        if (content === undefined) expect(['202', '204'], `${where} is empty and says so`).toContain(code);
        if (content === undefined) expect(description).toContain('empty');
        else expect(refsOf(content), where).toEqual([expect.stringMatching(/^#\/components\/schemas\//)]);
      }
      const bad = Object.entries(responses).filter(([code]) => !code.startsWith('2'));
      expect(Object.keys(responses), where).toContain('default');
      for (const [, { content = {}, description }] of bad) {
        expect(refsOf(content), where).toEqual(['#/components/schemas/Status']);
        expect(description, where).not.toBe('');
      }
    }
  });

  it('has no body without a name, and every reference leads somewhere', () => {
    for (const { method, path, requestBody } of operationsOf(document)) {
      if (requestBody === undefined) continue;
      expect(refsOf(requestBody.content), `${method} ${path}`).toEqual([expect.stringMatching(/^#\/components/)]);
      const [{ examples } = {}] = Object.values(requestBody.content);
      expect(Object.keys(examples ?? {}).length, `${method} ${path} has an example`).toBeGreaterThan(0);
    }
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, id]) => id);
    expect(refs.length).toBeGreaterThan(40);
    expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining([...new Set(refs)]));
  });

  it('gives every integer an example, instead of the largest one that JavaScript has', () => {
    const { schemas } = document.components;
    expect(schemas['Status']?.properties?.['code']).toMatchObject({ minimum: 100, maximum: 599, example: 404 });
    const integers = JSON.stringify(schemas).match(/\{[^{}]*"type":"integer"[^{}]*\}/g) ?? [];
    expect(integers.length).toBeGreaterThan(2);
    expect(integers.filter((schema) => !schema.includes('"example":'))).toEqual([]);
  });

  it('says which credential every operation needs, by schemes that it describes', () => {
    const schemes = Object.keys(document.components.securitySchemes);
    expect(schemes.toSorted()).toEqual(['grant-cookie', 'grant-token', 'kubernetes-token', 'sign-in']);
    const needed = operationsOf(document).map(
      ({ method, path, security = document.security }) =>
        [`${method} ${path}`, security.flatMap((one) => Object.keys(one))] as const,
    );
    const open = needed.filter(([, names]) => names.length === 0).map(([route]) => route);
    expect(open.toSorted()).toEqual(['GET /.well-known/jwks.json', 'GET /api/v1/cookies', 'POST /l', 'POST /login']);
    expect(Object.fromEntries(needed)).toMatchObject({
      'GET /api/v1/namespaces': ['kubernetes-token', 'sign-in'],
      'GET /api/v1/grant': ['grant-cookie', 'grant-token'],
      'POST /auth/jwt/request': ['kubernetes-token'],
    });
  });

  it('spells the names of fields in kebab-case, but for those of Kubernetes and of the original system', () => {
    const { Status: _, Condition: __, TokenRequest, TokenResponse, JwkSet, ...ours } = document.components.schemas;
    expect([TokenRequest, TokenResponse, JwkSet]).not.toContain(undefined);
    const names = [...JSON.stringify(ours).matchAll(/"properties":\{(.*?)\}/g)].map(([text]) => text);
    expect(names.length).toBeGreaterThan(10);
    for (const schema of Object.values(ours)) {
      expect(Object.keys(schema.properties ?? {}).filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name))).toEqual([]);
    }
  });
});

it('/api/docs is browsable', async () => {
  const reply = await call(gateway.port, '/api/docs', { headers: { accept: 'text/html' } });
  expect([reply.status, reply.headers['content-type']]).toEqual([200, expect.stringContaining('text/html')]);
});

/** The schemas that the kinds of content refer to; a schema that is written there itself is undefined. */
function refsOf(content: Content): (string | undefined)[] {
  return Object.values(content).map(({ schema }) => schema?.$ref);
}
