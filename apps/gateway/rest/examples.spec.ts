import { Ajv, type ValidateFunction } from 'ajv';
import { beforeAll, expect, it } from 'vitest';
import { linkHash } from '#libs/token';
import { type Call, call, type Reply } from '../testing/clients.js';
import { type Document, type OperationObject, operationsOf, readDocument } from '../testing/openapi.js';
import { OWN_ORIGIN, serveUsers } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();
let document: Document;
let ajv: Ajv;

beforeAll(async () => {
  document = await readDocument(gateway.port);
  ajv = new Ajv({ strict: false, validateFormats: false });
  ajv.addSchema(document, 'api');
  serveUsers(cluster, {
    'PUT /restart': { code: 202, text: '' },
    'GET /vnc/screenshot': { code: 200, text: 'a PNG' },
  });
  cluster.api.objects.create('gatesessions', {
    metadata: { name: 'example' },
    spec: { vm: 'demo', kind: 'vnc', 'client-address': '192.0.2.1', pod: 'p', user: 'ada' },
    status: { phase: 'Active' },
  });
  await cluster.grant({ 'link-hash': linkHash('replace-with-your-code') });
});

/** As the operator does with what comes. */
function signWhatComes(): () => void {
  const [from, until] = ['2026-01-01T00:00:00Z', '2026-01-01T01:00:00Z'];
  const data = { nbf: 1, exp: 2, from, until, duration: '1h', verbs: ['get'], urls: ['/x'] };
  const sign = (): void => {
    for (const { metadata, status } of cluster.api.objects.list('gatetokens')) {
      if (status !== undefined) continue;
      const made = { phase: 'Ready', data, token: 'a.b.c' };
      cluster.api.objects.update('gatetokens', metadata.name ?? '', (old) => ({ ...old, status: made }));
    }
  };
  const timer = setInterval(sign, 10);
  return () => clearInterval(timer);
}

/** What is made comes before what asks for it, and what deletes comes last: as a reader tries them. */
const ORDER = ['POST', 'GET', 'PUT', 'DELETE'];

it('every example that /api/openapi.json shows is answered with what it announces', async () => {
  const stop = signWhatComes();
  const { status: jwt, metadata } = await cluster.grant();
  let tried = 0;
  const operations = operationsOf(document).toSorted((a, b) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method));
  for (const operation of operations) {
    for (const [name, body] of bodiesOf(operation)) {
      const where = `${operation.method} ${operation.path} ${name}`;
      const sent: Call = { method: operation.method, headers: headersFor(operation, jwt?.token ?? '') };
      if (body !== undefined) sent.body = JSON.stringify(body);
      if (operation.responses['200']?.content?.['text/event-stream'] !== undefined) continue; // events.spec.ts
      const target = targetOf(operation).replace(/0{8}(-0+)+/, metadata.uid ?? '');
      const reply = await call(gateway.port, target, sent);
      expect([where, reply.status, reply.body]).toEqual([where, codeOf(operation), expect.any(String)]);
      expectAnnounced(operation, reply, where);
      tried += 1;
    }
  }
  stop();
  expect(tried).toBeGreaterThan(20);
});

function bodiesOf({ requestBody }: OperationObject): [string, unknown][] {
  const examples = requestBody?.content['application/json']?.examples;
  return examples === undefined
    ? [['', undefined]]
    : Object.entries(examples).map(([name, { value }]) => [name, value]);
}

function targetOf({ path, parameters = [] }: OperationObject & { path: string }): string {
  const target = path.replace(/\{(\w+)\}/g, (_, name) => parameters.find((one) => one.name === name)?.example ?? '');
  const query = parameters.filter((one) => one.in === 'query' && one.required === true);
  return `${target}?${query.map(({ name, example = '' }) => `${name}=${example}`).join('&')}`;
}

/** The credential that the operation says it needs. */
function headersFor({ security = document.security }: OperationObject, jwt: string): Record<string, string> {
  const schemes = security.flatMap((one) => Object.keys(one));
  const json = { 'content-type': 'application/json', origin: OWN_ORIGIN };
  if (schemes.includes('kubernetes-token')) return { ...json, authorization: 'Bearer ada' };
  return schemes.includes('grant-token') ? { ...json, authorization: `Bearer ${jwt}` } : json;
}

function codeOf({ responses }: OperationObject): number {
  return Number(Object.keys(responses).find((code) => code.startsWith('2')));
}

/** The body has the announced schema, exactly: what is not in it is not answered. */
function expectAnnounced(operation: OperationObject, { body, headers }: Reply, where: string): void {
  const content = operation.responses[codeOf(operation)]?.content;
  if (content === undefined) return expect(body, where).toBe('');
  const [[type = '', { schema } = {}] = []] = Object.entries(content);
  expect(headers['content-type'], where).toContain(type);
  if (type !== 'application/json') return;
  const validate: ValidateFunction = ajv.compile({ $ref: `api${schema?.$ref ?? ''}` });
  validate(JSON.parse(body));
  expect(validate.errors, where).toBeNull();
}
