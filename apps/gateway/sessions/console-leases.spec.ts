import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { KubeError, type Lease, NetworkError, type OwnClient, types } from '#libs/kube';
import { Clock } from '#libs/ops';
import { type Watches } from '../cluster/watches.js';
import { type GatewayConfig } from '../config/config.js';
import { type ConsoleClaim, ConsoleLeases, type Holder } from './console-leases.js';
import { type ReplicaLease } from './replica-lease.js';

const CLAIM: ConsoleClaim = {
  instance: 'uid',
  kind: 'vnc',
  id: 'mine',
  who: 'Ada',
  browser: 'ours',
  asksToTakeOver: false,
  takeOver: false,
  ended: new Promise(() => undefined),
};

/** What takenBy says when the API server answers its request for the Lease so. */
function takenBy(answer: () => Promise<Lease>): Promise<Holder | undefined> {
  const client = {
    get: (...asked: unknown[]) => {
      expect(asked).toEqual([types.leases, 'kg-uid-vnc', 'ns']);
      return answer();
    },
  } as unknown as OwnClient;
  const watches = { leases: new EventEmitter() } as unknown as Watches;
  const config = { namespace: 'ns', podName: 'pod-1' } as GatewayConfig;
  return new ConsoleLeases(client, watches, {} as ReplicaLease, config, new Clock()).takenBy(CLAIM);
}

const heldBy = (holderIdentity: string, browser?: string) => () => {
  const annotations = browser === undefined ? {} : { 'kubegateway.kubevirt.io/browser': browser };
  return Promise.resolve<Lease>({ metadata: { annotations }, spec: { holderIdentity } });
};
const failing = (error: Error) => () => Promise.reject(error);
const answered = (code: number) => new KubeError({ code, reason: 'R', message: 'm' });

describe('who has taken the place of this console', () => {
  it.each([
    [undefined, 'this console', heldBy('pod-1/mine', 'ours')],
    ['someoneElse', 'another console of this replica', heldBy('pod-1/other')],
    ['someoneElse', 'another browser', heldBy('pod-1/other', 'theirs')],
    ['someoneElse', 'a console with the same ID of another replica', heldBy('pod-2/mine')],
    ['ownTab', 'another console of the same browser', heldBy('pod-2/other', 'ours')],
  ])('%s when the Lease names %s', async (taken, _, answer) => {
    expect(await takenBy(answer)).toBe(taken);
  });

  it.each([
    ['the Lease is gone', answered(404)],
    ['the API server cannot be reached', new NetworkError('cut', undefined)],
    ['the API server answers 500', answered(500)],
    ['the API server answers 503', answered(503)],
    ['the API server answers 429', answered(429)],
  ])('is not claimed when %s', async (_, error) => {
    expect(await takenBy(failing(error))).toBeUndefined();
  });

  it('throws when the cluster refuses the request, so that it is logged', async () => {
    await expect(takenBy(failing(answered(403)))).rejects.toThrow(KubeError);
  });
});
