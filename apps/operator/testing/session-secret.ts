import { API_VERSION } from '#libs/api';
import { SecretKey } from '#libs/token';
import { MANAGED_BY, OPERATOR } from '../cluster/labels.js';
import { type SecretObject } from '../cluster/manifest.js';
import { base64 } from '../gateserver/material.js';

export const GATEWAY_KEY = new SecretKey(Buffer.alloc(32, 7));

/** The Secret with the key that the operator shares with the gateway of a GateServer of namespace `n`. */
export function sessionSecret(server: string, uid: string, key = GATEWAY_KEY): SecretObject {
  const ownerReferences = [{ apiVersion: API_VERSION, kind: 'GateServer', name: server, uid, controller: true }];
  const labels = { [MANAGED_BY]: OPERATOR };
  const metadata = { name: `${server}-session`, namespace: 'n', labels, ownerReferences };
  return { metadata, data: { key: base64(key.reveal().toString('base64')) } };
}
