import { describe, expect, test } from 'vitest';
import { ConfigError, expand, fieldOf, type ReadData, resolveEnvironment } from './environment.js';
import { type Container, type EnvVar, type Pod } from './pod.js';

const pod: Pod = {
  metadata: { name: 'web-1', namespace: 'ns', uid: 'u', labels: { app: 'web' }, annotations: { 'a/b': 'c' } },
  spec: { nodeName: 'local', serviceAccountName: 'web', containers: [] },
};

const read: ReadData = async (kind, name) => {
  if (name !== 'there') return undefined;
  return kind === 'Secret' ? { key: 'secret', other: 'o' } : { key: 'plain' };
};

const resolve = (env: EnvVar[], extra: Partial<Container> = {}) =>
  resolveEnvironment(pod, { name: 'c', image: 'i', env, ...extra }, { BASE: 'b' }, read);

test('values, references and fields', async () => {
  const env = await resolve([
    { name: 'PLAIN', value: 'v' },
    { name: 'EMPTY' },
    { name: 'SECRET', valueFrom: { secretKeyRef: { name: 'there', key: 'key' } } },
    { name: 'CONFIG', valueFrom: { configMapKeyRef: { name: 'there', key: 'key' } } },
    { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'URL', value: '$(PLAIN)/$(CONFIG)/$(NOBODY)/$$(PLAIN)' },
  ]);
  expect(env).toEqual({
    BASE: 'b',
    PLAIN: 'v',
    EMPTY: '',
    SECRET: 'secret',
    CONFIG: 'plain',
    POD: 'web-1',
    URL: 'v/plain/$(NOBODY)/$(PLAIN)',
  });
});

test('envFrom comes first, env wins', async () => {
  const envFrom = [{ prefix: 'S_', secretRef: { name: 'there' } }, { configMapRef: { name: 'none', optional: true } }];
  expect(await resolve([{ name: 'S_other', value: 'mine' }], { envFrom })).toEqual({
    BASE: 'b',
    S_key: 'secret',
    S_other: 'mine',
  });
});

test('optional references may be missing', async () => {
  const gone = { secretKeyRef: { name: 'none', key: 'key', optional: true } };
  const noKey = { secretKeyRef: { name: 'there', key: 'none', optional: true } };
  expect(
    await resolve([
      { name: 'A', valueFrom: gone },
      { name: 'B', valueFrom: noKey },
    ]),
  ).toEqual({ BASE: 'b' });
});

describe('what is missing is said', () => {
  test.each([
    [{ secretKeyRef: { name: 'none', key: 'key' } }, 'secret "none" not found'],
    [{ configMapKeyRef: { name: 'none', key: 'key' } }, 'configmap "none" not found'],
    [{ secretKeyRef: { name: 'there', key: 'none' } }, "couldn't find key none in Secret there"],
    [{ fieldRef: { fieldPath: 'spec.hostname' } }, 'field path spec.hostname is not supported on this node'],
    [{}, 'the source of variable A is not supported on this node'],
  ])('%j', async (valueFrom, message) => {
    const failed = resolve([{ name: 'A', valueFrom }]);
    await expect(failed).rejects.toThrow(ConfigError);
    await expect(failed).rejects.toThrow(message);
  });

  test('envFrom', async () => {
    await expect(resolve([], { envFrom: [{ configMapRef: { name: 'none' } }] })).rejects.toThrow(
      'configmap "none" not found',
    );
  });
});

test.each([
  ['$(A)$(A)', '11'],
  ['$$', '$'],
  ['$(B', '$(B'],
  ['$()', '$()'],
  ['a$b', 'a$b'],
])('%s expands to %s', (value, expected) => {
  expect(expand(value, { A: '1' })).toBe(expected);
});

test.each([
  ["metadata.labels['app']", 'web'],
  ["metadata.annotations['a/b']", 'c'],
  ["metadata.labels['none']", ''],
  ['spec.serviceAccountName', 'web'],
  ['status.podIP', '127.0.0.1'],
])('field %s', (path, expected) => {
  expect(fieldOf(pod, path)).toBe(expected);
});
