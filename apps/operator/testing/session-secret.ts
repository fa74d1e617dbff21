import { API_VERSION } from '#libs/api';
import { type KubeObject, types } from '#libs/kube';
import { SecretKey } from '#libs/token';
import { MANAGED_BY, OPERATOR } from '../cluster/labels.js';
import { type SecretObject } from '../cluster/manifest.js';
import { base64 } from '../gateserver/material.js';
import { FakeCluster } from './fake-cluster.js';

export const GATEWAY_KEY = new SecretKey(Buffer.alloc(32, 7));

/** The Secret with the key that the operator shares with the gateway of a GateServer of namespace `n`. */
export function sessionSecret(server: string, uid: string, key = GATEWAY_KEY): SecretObject {
  const ownerReferences = [{ apiVersion: API_VERSION, kind: 'GateServer', name: server, uid, controller: true }];
  const labels = { [MANAGED_BY]: OPERATOR };
  const metadata = { name: `${server}-session`, namespace: 'n', labels, ownerReferences };
  return { metadata, data: { key: base64(key.reveal().toString('base64')) } };
}

/** A cluster with the GateServer `gs` of namespace `n`, and the key that it shares with its gateway. */
export function clusterWithServer(): FakeCluster {
  const cluster = new FakeCluster();
  const metadata = { name: 'gs', namespace: 'n', uid: 'gs-uid' };
  const spec = { route: 'gs.example.com' };
  cluster.put(types.gateServers, { metadata, spec, status: { 'secret-name': 'gs-jwt-secret' } } as KubeObject);
  cluster.put(types.secrets, sessionSecret('gs', 'gs-uid'));
  return cluster;
}
