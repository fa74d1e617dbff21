import { describe, expect, test } from 'vitest';
import { ConfigError, type ReadSecret, resolveEnvironment } from './environment.js';
import { type EnvVar, type Pod } from './pod.js';

const pod: Pod = { metadata: { name: 'web-1', namespace: 'ns' }, spec: { containers: [] } };

const read: ReadSecret = async (name) => (name === 'there' ? { key: 'secret' } : undefined);

const resolve = (...env: EnvVar[]) => resolveEnvironment(pod, env, read);

test('values, references and fields', async () => {
  const env = await resolve(
    { name: 'PLAIN', value: 'v' },
    { name: 'EMPTY' },
    { name: 'SECRET', valueFrom: { secretKeyRef: { name: 'there', key: 'key' } } },
    { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
  );
  expect(env).toEqual({ PLAIN: 'v', EMPTY: '', SECRET: 'secret', POD: 'web-1', NAMESPACE: 'ns' });
});

describe('what is missing is said', () => {
  test.each([
    [{ secretKeyRef: { name: 'none', key: 'key' } }, 'secret "none" not found'],
    [{ secretKeyRef: { name: 'there', key: 'none' } }, "couldn't find key none in Secret there"],
    [{ fieldRef: { fieldPath: 'spec.hostname' } }, 'the source of variable A is not supported on this node'],
    [{}, 'the source of variable A is not supported on this node'],
  ])('%j', async (valueFrom, message) => {
    const failed = resolve({ name: 'A', valueFrom });
    await expect(failed).rejects.toThrow(ConfigError);
    await expect(failed).rejects.toThrow(message);
  });
});
