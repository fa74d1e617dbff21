import { createHash } from 'node:crypto';
import { type ResourceType, types } from '#libs/kube';
import { SecretKeyError, secretKeys, type SigningKey, toJwks } from '#libs/token';
import { type Manifest, type SecretObject } from '../cluster/manifest.js';
import { type Wanted } from '../apply/wanted.js';
import { JWKS_FILE } from '../keys/published.js';
import { retiredKeys } from '../keys/retired.js';
import { deployment, keepScale } from './deployment.js';
import { exposureOf } from './exposure.js';
import { type Gathered } from './gather.js';
import { gatewayRules, type Rule } from './gateway-role.js';
import { guestRights } from './guest-role.js';
import { type Material } from './make.js';
import { type SecretContent } from './material.js';
import { labelsOf } from './names.js';
import { disruptionBudget, ingress, networkPolicy, service } from './network.js';
import { urlsOf } from './servers.js';

const RBAC = 'rbac.authorization.k8s.io';

/** Everything that the GateServer owns, in the order in which it is made. */
export function desiredOf(gathered: Gathered, material: Material): Wanted[] {
  return [
    ...secrets(gathered, material),
    { type: types.configMaps, object: jwks(gathered, material) },
    ...accounts(gathered),
    ...exposed(gathered),
    {
      type: types.deployments,
      object: gatewayDeployment(gathered, material),
      fit: (object, live) => keepScale(object, live, gathered.settings),
    },
    { type: types.networkPolicies, object: networkPolicy(gathered.name, gathered.namespace) },
    { type: types.podDisruptionBudgets, object: disruptionBudget(gathered.name, gathered.namespace) },
  ];
}

function meta({ name, namespace }: Gathered, object: string): Manifest['metadata'] & object {
  return { name: object, namespace, labels: labelsOf(name) };
}

function secrets(gathered: Gathered, { signing, session, tls }: Material): Wanted[] {
  const { names } = gathered;
  const secret = (name: string, type: string, { data, annotations, basedOn }: SecretContent): Wanted => {
    const metadata = { ...meta(gathered, name), ...(annotations ? { annotations } : {}) };
    const object = { metadata, type, data };
    return { type: types.secrets, object, ...(basedOn === undefined ? {} : { basedOn }) };
  };
  return [
    secret(names.jwtSecret, 'Opaque', signing),
    secret(names.session, 'Opaque', session),
    ...(tls ? [secret(names.tls, 'kubernetes.io/tls', tls)] : []),
  ];
}

/** Public keys in force: the present one first, those before it, those of marked secrets. */
function jwks(gathered: Gathered, { signing }: Material): Manifest {
  const own = asSecret(signing);
  const keys = [secretKeys(own.data), ...retiredKeys(own), ...gathered.marked.flatMap(markedKeys)];
  const unique = new Map(keys.map((key) => [key.kid, key.publicKey]));
  const data = { [JWKS_FILE]: JSON.stringify(toJwks([...unique.values()])) };
  return { metadata: meta(gathered, gathered.names.jwks), data };
}

function asSecret({ data, annotations }: SecretContent): SecretObject {
  return { metadata: annotations ? { annotations } : {}, data };
}

/** A marked secret may hold keys under any names (`spec.secret-file`); anything else is skipped. */
function markedKeys(secret: SecretObject): SigningKey[] {
  return Object.keys(secret.data ?? {})
    .sort()
    .flatMap((file) => {
      try {
        return [secretKeys(secret.data, file)];
      } catch (error) {
        if (error instanceof SecretKeyError) return [];
        throw error;
      }
    });
}

function accounts(gathered: Gathered): Wanted[] {
  const { names, settings } = gathered;
  const guest = guestRights(settings['admin-role'], settings['admin-resources'], gathered.discovered);
  const account = (name: string, automount: boolean): Wanted => ({
    type: types.serviceAccounts,
    object: { metadata: meta(gathered, name), automountServiceAccountToken: automount },
  });
  return [
    account(names.gateway, true),
    account(names.guest, false),
    ...bound(gathered, names.gateway, gatewayRules(names)),
    ...bound(gathered, names.guest, guest.rules),
  ];
}

/** A Role and its binding to the service account of the same name. */
function bound(gathered: Gathered, name: string, rules: Rule[]): Wanted[] {
  const { namespace } = gathered;
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  const roleRef = { apiGroup: RBAC, kind: 'Role', name };
  const one = (type: ResourceType, fields: object): Wanted => ({
    type,
    object: { metadata: meta(gathered, name), ...fields },
  });
  return [one(types.roles, { rules }), one(types.roleBindings, { subjects, roleRef })];
}

function exposed({ name, namespace, settings }: Gathered): Wanted[] {
  const { exposure } = exposureOf(settings);
  const wanted: Wanted[] = [{ type: types.services, object: service(name, namespace, exposure) }];
  if (exposure === 'ingress') wanted.push({ type: types.ingresses, object: ingress(name, namespace, settings) });
  return wanted;
}

function gatewayDeployment(gathered: Gathered, { session }: Material): Manifest {
  const { server, name, namespace, settings, config } = gathered;
  // A digest of 32 random bytes gives nothing away.
  const sessionDigest = createHash('sha256')
    .update(session.data['key'] ?? '')
    .digest('hex')
    .slice(0, 16);
  const { gatewayImage: image, webhook } = config;
  const issuerCheck = webhook ? 'webhook' : 'gateway';
  return deployment({ name, namespace, settings, urls: urlsOf(server), image, issuerCheck, sessionDigest });
}
