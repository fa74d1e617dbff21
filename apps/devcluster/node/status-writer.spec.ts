import { expect, test, vi } from 'vitest';
import { type KubeClient, KubeError } from '#libs/kube';
import { type PodStatus } from './pod.js';
import { StatusWriter } from './status-writer.js';

const RUNNING: PodStatus = { phase: 'Running' };
const failure = (code: number, reason: string): KubeError => new KubeError({ code, reason, message: 'no' });

/** A server that answers the first writes with these faults, and holds a pod of this UID (undefined: none). */
function server(faults: KubeError[], uid: string | undefined) {
  const written: unknown[] = [];
  const client = {
    patch: (_type: unknown, _name: string, _namespace: string, body: { status: unknown }) => {
      const fault = faults.shift();
      if (fault) return Promise.reject(fault);
      written.push(body.status);
      return Promise.resolve({});
    },
    get: () =>
      uid === undefined ? Promise.reject(failure(404, 'NotFound')) : Promise.resolve({ metadata: { name: 'p', uid } }),
  } as unknown as KubeClient;
  const pod = { metadata: { name: 'p', namespace: 'ns', uid: 'mine' }, spec: { containers: [] } };
  const onError = vi.fn();
  return { written, onError, writer: new StatusWriter(client, pod, onError) };
}

test('a status is written though another write came in between', async () => {
  const { written, writer } = server([failure(409, 'Conflict')], 'mine');
  writer.write(RUNNING);
  await writer.flushed();
  expect(written).toEqual([RUNNING]);
});

test.each([
  ['another pod has the name', 409, 'other'],
  ['the pod went while a write was in conflict', 409, undefined],
  ['the pod is gone', 404, undefined],
])('no status is written where %s', async (_case, code, uid) => {
  const { written, writer } = server([failure(code, '')], uid);
  writer.write(RUNNING);
  await writer.flushed();
  writer.write({ phase: 'Failed' });
  await writer.flushed();
  expect(written).toEqual([]);
});

test('a temporary fault is reported, and the write is retried', async () => {
  const { written, writer, onError } = server([failure(500, 'InternalError')], 'mine');
  writer.write(RUNNING);
  await writer.flushed();
  expect(written).toEqual([RUNNING]);
  expect(onError).toHaveBeenCalledOnce();
});
